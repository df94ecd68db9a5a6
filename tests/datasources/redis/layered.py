"""Sessions in a cache and in rows, with a clock that can be set."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from datasources.errors import Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.sessions import PostgresSessions
from datasources.records.ids import UserId, new_session_id
from datasources.records.users import Session
from datasources.redis.client import RedisClient
from datasources.redis.sessions import RedisSessions


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def a_process(database: PostgresDatabase, client: RedisClient, clock: Clock) -> LayeredSessions:
    """One that has swept once, as each does at its start."""
    layer = LayeredSessions(PostgresSessions(database), RedisSessions(client), clock=clock)
    await layer.sweep()
    return layer


async def signed_in(sessions: LayeredSessions, user_id: UserId, at: datetime | None = None) -> Session:
    now = at or datetime.now(UTC)
    session = Session(new_session_id(), secrets.token_hex(32), user_id, "", "student", now, now)
    await sessions.create(session, user_agent="a test")
    return session


async def is_live(sessions: LayeredSessions, session: Session) -> bool:
    return await sessions.by_digest(session.token_digest) is not None


async def sweep(sessions: LayeredSessions) -> None:
    """A round in the middle of an outage does what it can."""
    try:
        await sessions.sweep()
    except Unavailable:
        return


@asynccontextmanager
async def counted() -> AsyncIterator[RoundTrips]:
    trips = RoundTrips()
    token = round_trips.set(trips)
    try:
        yield trips
    finally:
        round_trips.reset(token)


async def row_of(database: PostgresDatabase, session: Session) -> tuple[datetime, bool, bool]:
    """(last activity, whether it was revoked, whether the cache is owed its end)."""
    (row,) = await database.fetch(
        "SELECT last_activity, revoked_at IS NOT NULL, cache_owed FROM sessions WHERE token_digest = $1",
        session.token_digest,
    )
    last_activity, revoked, owed = row
    return last_activity, revoked, owed

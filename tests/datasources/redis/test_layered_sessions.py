"""Sessions through outages of either store: nobody is signed out, and nobody who was stays in."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from datasources.errors import Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.layers.sessions import CARRY_AFTER, KEEP_ENDED, LIFETIME, LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.keys import uuid_of
from datasources.postgres.sessions import PostgresSessions
from datasources.postgres.users import PostgresUsers
from datasources.records.ids import UserId, new_session_id, new_user_id
from datasources.records.users import Session, User
from datasources.redis.client import RedisClient
from datasources.redis.sessions import RedisSessions
from tests.datasources.postgres.places import Line
from tests.datasources.redis.conftest import connected
from tests.datasources.redis.test_client import until_it_answers
from tests.datasources.redis.valkey import DurableValkey


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sessions(database: PostgresDatabase, own_client: RedisClient, clock: Clock) -> LayeredSessions:
    return await a_process(database, own_client, clock)


@pytest.fixture
async def user_id(database: PostgresDatabase) -> UserId:
    now = datetime.now(UTC)
    user = User(
        new_user_id(), f"{secrets.token_hex(6)}@homeroom.test", "Ada", "student", None, now, now, None, is_active=True
    )
    await PostgresUsers(database).create(user, "a hash")
    return user.id


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


async def test_a_session_is_looked_up_in_one_round_trip_to_the_cache(
    sessions: LayeredSessions, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    async with counted() as trips:
        found = await sessions.by_digest(session.token_digest)
    assert found is not None
    assert (found.id, found.user_id) == (session.id, user_id)
    assert trips.report() == {"redis": {"waves": 1, "statements": 1}}


async def test_a_session_that_the_cache_lost_is_read_from_its_row_and_cached_again(
    sessions: LayeredSessions, own_client: RedisClient, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    await own_client.command("DEL", f"session:{session.token_digest}")
    assert await is_live(sessions, session)
    async with counted() as trips:
        assert await is_live(sessions, session)
    assert list(trips.report()) == ["redis"]


async def test_without_the_cache_sessions_begin_go_on_and_end(
    sessions: LayeredSessions, valkey: DurableValkey, user_id: UserId
) -> None:
    before = await signed_in(sessions, user_id)
    valkey.kill()
    during = await signed_in(sessions, user_id)
    assert await is_live(sessions, before)
    assert await is_live(sessions, during)
    await sessions.revoke(before.id)
    assert not await is_live(sessions, before)
    assert await is_live(sessions, during)


async def test_without_the_rows_cached_sessions_go_on(sessions: LayeredSessions, line: Line, user_id: UserId) -> None:
    session = await signed_in(sessions, user_id)
    await line.cut()
    assert await is_live(sessions, session)
    with pytest.raises(Unavailable) as away:
        await sessions.by_digest(secrets.token_hex(32))
    assert away.value.store == "postgresql"
    with pytest.raises(Unavailable):
        await sessions.revoke(session.id)
    assert await is_live(sessions, session)


async def test_without_the_rows_a_new_process_believes_a_cache_that_others_know_to_be_clean(
    sessions: LayeredSessions,
    line: Line,
    database: PostgresDatabase,
    own_client: RedisClient,
    clock: Clock,
    user_id: UserId,
) -> None:
    session = await signed_in(sessions, user_id)
    await line.cut()
    other = LayeredSessions(PostgresSessions(database), RedisSessions(own_client), clock=clock)
    await sweep(other)
    assert await is_live(other, session)


async def test_a_session_that_ended_is_ended_everywhere(
    sessions: LayeredSessions, database: PostgresDatabase, own_client: RedisClient, clock: Clock, user_id: UserId
) -> None:
    other = await a_process(database, own_client, clock)
    session = await signed_in(sessions, user_id)
    assert await is_live(other, session)
    await sessions.revoke(session.id)
    assert not await is_live(sessions, session)
    assert not await is_live(other, session)
    assert (await row_of(database, session))[1:] == (True, False)


async def test_all_sessions_of_a_person_end_and_those_that_were_live_are_named(
    sessions: LayeredSessions, user_id: UserId, database: PostgresDatabase
) -> None:
    live = [await signed_in(sessions, user_id) for _ in range(3)]
    idle = await signed_in(sessions, user_id, datetime.now(UTC) - timedelta(hours=2))
    assert sorted(await sessions.revoke_all(user_id)) == sorted(session.id for session in live)
    assert [await is_live(sessions, session) for session in [*live, idle]] == [False] * 4
    assert (await row_of(database, idle))[1:] == (True, False)
    assert await sessions.revoke_all(user_id) == []


async def test_a_revocation_made_while_the_cache_was_away_holds_when_it_comes_back(
    sessions: LayeredSessions,
    database: PostgresDatabase,
    own_client: RedisClient,
    valkey: DurableValkey,
    clock: Clock,
    user_id: UserId,
) -> None:
    other = await a_process(database, own_client, clock)
    ended, kept = await signed_in(sessions, user_id), await signed_in(sessions, user_id)
    assert await is_live(other, ended)
    valkey.kill()
    await sessions.revoke(ended.id)
    assert (await row_of(database, ended))[1:] == (True, True)
    await valkey.start()
    await until_it_answers(own_client.ping)
    # Its data are those from before the revocation.
    assert await own_client.command("HGET", f"session:{ended.token_digest}", "id") == ended.id
    for process in (sessions, other):
        assert not await is_live(process, ended)
        assert await is_live(process, kept)
    await other.sweep()
    assert (await row_of(database, ended))[1:] == (True, False)
    assert await own_client.command("HGET", f"session:{ended.token_digest}", "id") is None
    await sessions.sweep()
    for process in (sessions, other):
        assert not await is_live(process, ended)
        async with counted() as trips:
            assert await is_live(process, kept)
        assert list(trips.report())[-1] == "redis"


async def test_a_process_that_did_not_see_the_outage_does_not_believe_the_older_data_either(
    sessions: LayeredSessions,
    database: PostgresDatabase,
    valkey: DurableValkey,
    own_client: RedisClient,
    clock: Clock,
    user_id: UserId,
) -> None:
    session = await signed_in(sessions, user_id)
    async with connected(valkey.url) as client:
        unaware = await a_process(database, client, clock)
        assert await is_live(unaware, session)
        valkey.kill()
        await sessions.revoke(session.id)
        await valkey.start()
        assert not await is_live(unaware, session)
    await until_it_answers(own_client.ping)


async def test_a_revocation_that_the_cache_knew_holds_when_it_is_set_back_to_older_data(
    sessions: LayeredSessions,
    valkey: DurableValkey,
    own_client: RedisClient,
    database: PostgresDatabase,
    user_id: UserId,
) -> None:
    session = await signed_in(sessions, user_id)
    valkey.keep_a_copy()
    await sessions.revoke(session.id)
    assert (await row_of(database, session))[1:] == (True, False)
    valkey.kill()
    valkey.set_back()
    await valkey.start()
    await until_it_answers(own_client.ping)
    assert await own_client.command("HGET", f"session:{session.token_digest}", "id") == session.id
    assert not await is_live(sessions, session)
    await sessions.sweep()
    assert not await is_live(sessions, session)
    assert await own_client.command("HGET", f"session:{session.token_digest}", "id") is None


async def test_after_its_return_an_unclean_cache_is_not_believed_while_the_rows_are_away(
    sessions: LayeredSessions, valkey: DurableValkey, own_client: RedisClient, line: Line, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    valkey.kill()
    await sessions.revoke(session.id)
    await line.cut()
    await valkey.start()
    await until_it_answers(own_client.ping)
    await sweep(sessions)
    with pytest.raises(Unavailable):
        await sessions.by_digest(session.token_digest)


async def test_a_session_ends_an_hour_after_its_last_use(
    sessions: LayeredSessions, valkey: DurableValkey, clock: Clock, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    valkey.kill()
    clock.ahead = LIFETIME - timedelta(minutes=1)
    assert await is_live(sessions, session)
    await sweep(sessions)
    clock.ahead += LIFETIME - timedelta(minutes=1)
    assert await is_live(sessions, session)
    await sweep(sessions)
    clock.ahead += LIFETIME + timedelta(seconds=1)
    assert not await is_live(sessions, session)


async def test_uses_are_carried_to_the_row_every_few_minutes_and_no_more(
    sessions: LayeredSessions, database: PostgresDatabase, clock: Clock, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    (before, *_) = await row_of(database, session)
    clock.ahead = CARRY_AFTER - timedelta(seconds=1)
    assert await is_live(sessions, session)
    await sessions.sweep()
    assert (await row_of(database, session))[0] == before
    clock.ahead = CARRY_AFTER + timedelta(seconds=1)
    assert await is_live(sessions, session)
    await sessions.sweep()
    (after, *_) = await row_of(database, session)
    assert after - before > CARRY_AFTER


async def test_what_was_to_be_carried_is_carried_at_the_end(
    sessions: LayeredSessions, database: PostgresDatabase, clock: Clock, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    clock.ahead = CARRY_AFTER
    assert await is_live(sessions, session)
    await sessions.stop()
    assert (await row_of(database, session))[0] >= session.last_activity + CARRY_AFTER


async def test_a_lookup_that_read_the_row_just_before_does_not_bring_a_session_back(
    sessions: LayeredSessions, database: PostgresDatabase, own_client: RedisClient, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    rows, cache = PostgresSessions(database), RedisSessions(own_client)
    read = await rows.by_digest(session.token_digest, session.last_activity - LIFETIME)
    assert read is not None
    await sessions.revoke(session.id)
    await cache.put(read, carried_at=read.last_activity, lifetime=LIFETIME)
    assert not await is_live(sessions, session)


async def test_the_sweeping_settles_what_is_owed_by_itself(
    sessions: LayeredSessions,
    database: PostgresDatabase,
    own_client: RedisClient,
    valkey: DurableValkey,
    user_id: UserId,
) -> None:
    session = await signed_in(sessions, user_id)
    valkey.kill()
    await sessions.revoke(session.id)
    await valkey.start()
    await sessions.start()
    async with asyncio.timeout(5):
        while (await row_of(database, session))[2]:  # noqa: ASYNC110 - another task writes the row
            await asyncio.sleep(0.05)
    await sessions.stop()
    assert await own_client.command("HGET", f"session:{session.token_digest}", "ended") == "1"


async def test_a_deactivated_person_is_nobody(
    sessions: LayeredSessions, database: PostgresDatabase, valkey: DurableValkey, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    valkey.kill()
    await database.execute("UPDATE users SET is_active = false WHERE id = $1", uuid_of(user_id))
    assert not await is_live(sessions, session)


async def test_rows_that_nobody_used_for_a_month_are_deleted(
    sessions: LayeredSessions, database: PostgresDatabase, clock: Clock, user_id: UserId
) -> None:
    old = await signed_in(sessions, user_id, datetime.now(UTC) - KEEP_ENDED - timedelta(days=1))
    recent = await signed_in(sessions, user_id)
    clock.ahead = LIFETIME
    await sessions.sweep()
    digests = await database.fetch("SELECT token_digest FROM sessions WHERE user_id = $1", uuid_of(user_id))
    assert [row[0] for row in digests] == [recent.token_digest]
    assert old.token_digest != recent.token_digest


async def test_ends_and_uses_of_the_same_sessions_at_once_do_not_block_each_other(
    sessions: LayeredSessions, database: PostgresDatabase, user_id: UserId
) -> None:
    live = [await signed_in(sessions, user_id) for _ in range(30)]
    rows = PostgresSessions(database)
    at = datetime.now(UTC)
    uses = [(session.id, at) for session in live]
    async with asyncio.timeout(10):
        await asyncio.gather(
            *(rows.touch(uses[::step]) for step in (1, -1) * 5),
            *(rows.settle([session.id for session in live[::step]]) for step in (1, -1) * 5),
            sessions.revoke_all(user_id),
        )

"""The cache of sessions by itself: what it holds ends an hour after its last use, and never comes back."""

import asyncio
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from datasources.layers.sessions import CARRY_AFTER, LIFETIME, CachedSession
from datasources.records.ids import new_session_id, new_user_id
from datasources.records.users import Session
from datasources.redis.client import RedisClient
from datasources.redis.sessions import RedisSessions

NOW = datetime(2026, 5, 4, 12, 0, 0, 123_456, tzinfo=UTC)


def a_session() -> Session:
    return Session(new_session_id(), secrets.token_hex(32), new_user_id(), "ada@homeroom.test", "student", NOW, NOW)


async def put(cache: RedisSessions, session: Session) -> None:
    await cache.put(session, carried_at=session.last_activity, lifetime=LIFETIME)


async def find(cache: RedisSessions, session: Session, at: datetime = NOW) -> CachedSession | None:
    return await cache.find(session.token_digest, at, lifetime=LIFETIME, carry_after=CARRY_AFTER)


async def seconds_left(client: RedisClient, session: Session) -> int:
    left: int = await client.command("TTL", f"session:{session.token_digest}")
    return left


async def test_a_session_is_found_as_it_was_kept(client: RedisClient) -> None:
    cache, session = RedisSessions(client), a_session()
    assert await find(cache, session) is None
    await put(cache, session)
    assert await find(cache, session) == CachedSession(session, carry=False)


async def test_a_use_begins_the_hour_anew(client: RedisClient) -> None:
    cache, session = RedisSessions(client), a_session()
    await put(cache, session)
    await client.command("EXPIRE", f"session:{session.token_digest}", 10)
    later = NOW + timedelta(seconds=5)
    assert await find(cache, session, later) == CachedSession(replace(session, last_activity=later), carry=False)
    assert 3_595 <= await seconds_left(client, session) <= 3_600


async def test_of_many_uses_at_once_one_is_carried(client: RedisClient) -> None:
    cache, session = RedisSessions(client), a_session()
    await put(cache, session)
    later = NOW + CARRY_AFTER
    found = await asyncio.gather(*(find(cache, session, later) for _ in range(20)))
    assert sum(one is not None and one.carry for one in found) == 1
    again = await find(cache, session, later + CARRY_AFTER - timedelta(seconds=1))
    assert again is not None
    assert not again.carry


async def test_a_session_that_ended_cannot_be_put_back(client: RedisClient) -> None:
    cache, session = RedisSessions(client), a_session()
    await put(cache, session)
    await cache.end([session.token_digest], lifetime=LIFETIME)
    assert await find(cache, session) == CachedSession(None)
    await put(cache, session)
    assert await find(cache, session) == CachedSession(None)
    assert await client.command("HGETALL", f"session:{session.token_digest}") == {"ended": "1"}


async def test_many_end_at_once(client: RedisClient) -> None:
    cache, sessions = RedisSessions(client), [a_session() for _ in range(20)]
    await asyncio.gather(*(put(cache, session) for session in sessions))
    await cache.end([session.token_digest for session in sessions], lifetime=LIFETIME)
    assert await asyncio.gather(*(find(cache, session) for session in sessions)) == [CachedSession(None)] * 20


async def test_no_key_is_without_its_end(client: RedisClient) -> None:
    cache, session, ended = RedisSessions(client), a_session(), a_session()
    await put(cache, session)
    await find(cache, session)
    await cache.end([ended.token_digest], lifetime=LIFETIME)
    await find(cache, ended)
    assert await seconds_left(client, session) > 0
    assert await seconds_left(client, ended) > 0
    await cache.note_purged("a run")
    assert await cache.purged_run() == "a run"
    assert await client.command("TTL", "sessions:purged") > 0


async def test_the_token_cannot_be_read_from_the_cache(client: RedisClient) -> None:
    cache, session = RedisSessions(client), a_session()
    await put(cache, session)
    fields = await client.command("HGETALL", f"session:{session.token_digest}")
    assert set(fields) == {"id", "user_id", "email", "role", "created_at", "last_activity", "carried_at"}

"""Sessions in a cache and in rows: how they are looked up, carried and ended."""

import asyncio
from datetime import UTC, datetime, timedelta

from datasources.layers.sessions import CARRY_AFTER, KEEP_ENDED, LIFETIME, LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.keys import uuid_of
from datasources.postgres.sessions import PostgresSessions
from datasources.records.ids import UserId
from datasources.redis.client import RedisClient
from datasources.redis.sessions import RedisSessions
from tests.datasources.redis.layered import Clock, a_process, counted, is_live, row_of, signed_in, sweep
from tests.datasources.redis.valkey import DurableValkey


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

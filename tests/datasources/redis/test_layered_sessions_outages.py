"""Sessions through outages of either store: nobody is signed out, and nobody who was stays in."""

import secrets

import pytest

from datasources.errors import Unavailable
from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.sessions import PostgresSessions
from datasources.records.ids import UserId
from datasources.redis.client import RedisClient
from datasources.redis.sessions import RedisSessions
from tests.datasources.postgres.places import Line
from tests.datasources.redis.layered import Clock, a_process, counted, is_live, row_of, signed_in, sweep
from tests.datasources.redis.places import connected
from tests.datasources.redis.test_client import until_it_answers
from tests.datasources.redis.valkey import DurableValkey


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

"""Whether sessions are live, many asked in one go, through both layers."""

import secrets
from datetime import timedelta

from datasources.errors import Unavailable
from datasources.layers.sessions import CARRY_AFTER, LIFETIME, LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.records.ids import SessionId, UserId, new_session_id
from datasources.records.users import Session
from datasources.redis.client import RedisClient
from tests.datasources.postgres.places import Line
from tests.datasources.redis.layered import Clock, counted, row_of, signed_in
from tests.datasources.redis.valkey import DurableValkey


def keys(*sessions: Session) -> list[tuple[SessionId, str]]:
    return [(session.id, session.token_digest) for session in sessions]


async def test_many_are_looked_up_in_one_statement_to_the_cache(sessions: LayeredSessions, user_id: UserId) -> None:
    live = [await signed_in(sessions, user_id) for _ in range(3)]
    await sessions.revoke(live[1].id)

    async with counted() as trips:
        found = await sessions.live(keys(*live))

    assert found == [True, False, True]
    assert trips.report() == {"redis": {"waves": 1, "statements": 1}}


async def test_what_the_cache_does_not_know_is_one_statement_to_the_rows(
    sessions: LayeredSessions, own_client: RedisClient, user_id: UserId
) -> None:
    live = [await signed_in(sessions, user_id) for _ in range(3)]
    await own_client.command("DEL", *(f"session:{each.token_digest}" for each in live[:2]))
    never = (new_session_id(), secrets.token_hex(32))

    async with counted() as trips:
        found = await sessions.live([*keys(*live), never])

    assert found == [True, True, True, False]
    assert {store: counts["statements"] for store, counts in trips.report().items()} == {"postgresql": 1, "redis": 1}


async def test_without_the_cache_revocations_hold_at_once(
    sessions: LayeredSessions, valkey: DurableValkey, user_id: UserId
) -> None:
    live = [await signed_in(sessions, user_id) for _ in range(2)]
    valkey.kill()
    assert await sessions.live(keys(*live)) == [True, True]

    await sessions.revoke(live[0].id)

    assert await sessions.live(keys(*live)) == [False, True]


async def test_without_the_rows_only_what_nobody_can_tell_fails(
    sessions: LayeredSessions, own_client: RedisClient, line: Line, user_id: UserId
) -> None:
    known, lost = [await signed_in(sessions, user_id) for _ in range(2)]
    await own_client.command("DEL", f"session:{lost.token_digest}")
    await line.cut()

    found = await sessions.live(keys(known, lost))

    assert found[0] is True
    assert isinstance(found[1], Unavailable)


async def test_looking_is_a_use_that_prolongs_the_session_in_both_layers(
    sessions: LayeredSessions, database: PostgresDatabase, own_client: RedisClient, clock: Clock, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    for _ in range(3):
        clock.ahead += LIFETIME - timedelta(minutes=1)
        await own_client.command("EXPIRE", f"session:{session.token_digest}", 60)
        assert await sessions.live(keys(session)) == [True]
        assert await own_client.command("TTL", f"session:{session.token_digest}") > LIFETIME.total_seconds() - 10
        await sessions.sweep()
        last_use, _, _ = await row_of(database, session)
        assert clock() - last_use < CARRY_AFTER


async def test_one_that_nobody_used_for_an_hour_has_ended(
    sessions: LayeredSessions, own_client: RedisClient, clock: Clock, user_id: UserId
) -> None:
    session = await signed_in(sessions, user_id)
    clock.ahead += LIFETIME + timedelta(seconds=1)
    await own_client.command("DEL", f"session:{session.token_digest}")

    assert await sessions.live(keys(session)) == [False]

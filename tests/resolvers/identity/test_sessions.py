"""Sessions begin, go on and end, as a person or an attacker meets it."""

import re

import pytest

from datasources.errors import Unavailable
from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.sessions import PostgresSessions
from datasources.redis.client import RedisClient
from datasources.redis.sessions import RedisSessions
from resolvers.identity import Identity
from resolvers.passwords import Passwords
from tests.datasources.redis.valkey import DurableValkey
from tests.resolvers.identity.signing import PASSWORD, an_email, identity_of, sign_in, sign_up


async def test_who_signs_up_is_signed_in_and_can_sign_in_again(identity: Identity) -> None:
    email = an_email()
    signed_up = await sign_up(identity, f"  {email.upper()} ")
    assert signed_up.user.email == email
    again = await sign_in(identity, f" {email.title()}")
    assert again.user.id == signed_up.user.id
    assert again.user.last_login is not None
    for signed_in in (signed_up, again):
        viewer = await identity.viewer(signed_in.token)
        assert viewer is not None
        assert viewer.user_id == signed_up.user.id


async def test_each_sign_in_has_a_token_of_its_own_with_256_bits(identity: Identity) -> None:
    email = an_email()
    tokens = {(await sign_up(identity, email)).token} | {(await sign_in(identity, email)).token for _ in range(4)}
    assert len(tokens) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)
    assert len({(await identity.viewer(token)) for token in tokens}) == 5


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 43, "x" * 100_000, "a\x00b"])
async def test_a_token_that_nobody_was_given_is_nobodys(identity: Identity, token: str) -> None:
    assert await identity.viewer(token) is None


async def test_a_changed_token_is_nobodys(identity: Identity) -> None:
    token = (await sign_up(identity, an_email())).token
    changed = ("B" if token[0] == "A" else "A") + token[1:]
    assert await identity.viewer(changed) is None


async def test_what_the_stores_keep_signs_nobody_in(
    identity: Identity,
    database: PostgresDatabase,
    redis: RedisClient,
    sessions: LayeredSessions,
    passwords: Passwords,
) -> None:
    token = (await sign_up(identity, an_email())).token
    rows = await database.fetch("SELECT sessions::text FROM sessions")
    keys = await redis.command("KEYS", "*")
    assert not any(token in text for text in [row[0] for row in rows] + keys)
    other = identity_of(database, redis, sessions, passwords, secret=b"another secret")
    assert await other.viewer(token) is None


async def test_a_session_that_was_signed_out_is_over_and_the_others_go_on(identity: Identity) -> None:
    email = an_email()
    one, other = await sign_up(identity, email), await sign_in(identity, email)
    viewer = await identity.viewer(one.token)
    assert viewer is not None
    await identity.sign_out(viewer)
    assert await identity.viewer(one.token) is None
    assert await identity.viewer(other.token) is not None


async def test_signing_out_everywhere_ends_all_sessions_of_the_person_only(identity: Identity) -> None:
    email = an_email()
    signed_in = [await sign_up(identity, email), await sign_in(identity, email), await sign_in(identity, email)]
    somebody_else = await sign_up(identity, an_email())
    viewer = await identity.viewer(signed_in[0].token)
    assert viewer is not None
    assert await identity.sign_out_everywhere(viewer) == 3
    assert [await identity.viewer(one.token) for one in signed_in] == [None] * 3
    assert await identity.viewer(somebody_else.token) is not None


async def test_a_sign_out_while_redis_is_away_holds_when_it_is_back(
    identity: Identity, valkey: DurableValkey, sessions: LayeredSessions
) -> None:
    token = (await sign_up(identity, an_email())).token
    viewer = await identity.viewer(token)
    assert viewer is not None
    valkey.kill()
    await identity.sign_out(viewer)
    assert await identity.viewer(token) is None
    await valkey.start()
    assert await identity.viewer(token) is None
    await sessions.sweep()
    assert await identity.viewer(token) is None


async def test_a_user_agent_is_kept_without_what_postgresql_cannot_keep(
    identity: Identity, database: PostgresDatabase
) -> None:
    email = an_email()
    await sign_up(identity, email)
    await identity.sign_in(email, PASSWORD, "a\x00browser\ud800 " + "x" * 1_000, None)
    rows = await database.fetch(
        "SELECT user_agent FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1", email
    )
    assert sorted(len(row[0]) for row in rows) == [len("a browser"), 500]


async def test_without_postgresql_it_is_said_which_store_is_away(
    redis: RedisClient, passwords: Passwords, database: PostgresDatabase
) -> None:
    closed = PostgresDatabase(database.url)
    sessions = LayeredSessions(PostgresSessions(closed), RedisSessions(redis))
    identity = identity_of(closed, redis, sessions, passwords)
    with pytest.raises(Unavailable, match="postgresql"):
        await sign_in(identity, an_email())
    with pytest.raises(Unavailable, match="postgresql"):
        await identity.viewer("x" * 43)

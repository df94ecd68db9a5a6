"""Signing up, in and out, as a person or an attacker meets it."""

import asyncio
import re
import secrets
import string
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from datasources.embedded import Endpoints
from datasources.errors import Unavailable
from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.migrate import migrate
from datasources.postgres.sessions import PostgresSessions
from datasources.postgres.users import PostgresUsers
from datasources.redis.client import RedisClient
from datasources.redis.rate_limits import RedisRateLimits
from datasources.redis.sessions import RedisSessions
from resolvers.errors import Problem, ProblemCode, RateLimitProblem, Refused
from resolvers.identity import Identity, SignedIn, normal_email
from resolvers.passwords import Passwords
from resolvers.rate_limits import ProcessRateLimits, Rate, RateLimits, Rates, network_of
from tests.datasources.postgres.places import opened, own_database
from tests.datasources.redis.conftest import connected
from tests.datasources.redis.valkey import DurableValkey, durable_valkey

PASSWORD = "correct horse battery"
PER_EMAIL = 10
PER_ADDRESS = 100
WEAK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
STRONGER = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)


@pytest.fixture(scope="module")
async def database(endpoints: Endpoints, run_id: str) -> AsyncIterator[PostgresDatabase]:
    async with own_database(endpoints.database_url or "", f"homeroom_test_{run_id}_identity") as url:
        await migrate(url)
        async with opened(url) as database:
            yield database


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[DurableValkey]:
    async with durable_valkey(tmp_path) as server:
        yield server


@pytest.fixture
async def redis(valkey: DurableValkey) -> AsyncIterator[RedisClient]:
    async with connected(valkey.url) as client:
        yield client


@pytest.fixture
async def sessions(database: PostgresDatabase, redis: RedisClient) -> LayeredSessions:
    layer = LayeredSessions(PostgresSessions(database), RedisSessions(redis))
    await layer.sweep()
    return layer


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    passwords = Passwords(WEAK)
    yield passwords
    passwords.close()


def identity_of(
    database: PostgresDatabase,
    redis: RedisClient,
    sessions: LayeredSessions,
    passwords: Passwords,
    *,
    limited: bool = False,
    secret: bytes = b"a secret of these tests",
) -> Identity:
    rates = Rates(sign_ins=Rate(PER_EMAIL, PER_ADDRESS))
    limits = RateLimits(RedisRateLimits(redis), rates, limited=limited)
    return Identity(PostgresUsers(database), sessions, limits, secret=secret, passwords=passwords)


@pytest.fixture
def identity(
    database: PostgresDatabase, redis: RedisClient, sessions: LayeredSessions, passwords: Passwords
) -> Identity:
    return identity_of(database, redis, sessions, passwords)


@pytest.fixture
def limited(
    database: PostgresDatabase, redis: RedisClient, sessions: LayeredSessions, passwords: Passwords
) -> Identity:
    return identity_of(database, redis, sessions, passwords, limited=True)


def an_email() -> str:
    return f"{secrets.token_hex(6)}@homeroom.test"


async def sign_up(identity: Identity, email: str, password: str = PASSWORD, name: str = "Ada") -> SignedIn:
    return await identity.sign_up(email, password, name, "a browser", "192.0.2.1")


async def sign_in(
    identity: Identity, email: str, password: str = PASSWORD, address: str | None = "192.0.2.1"
) -> SignedIn:
    return await identity.sign_in(email, password, "a browser", address)


async def problems_of(work: object) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        await work  # type: ignore[misc] # always a coroutine
    return refused.value.problems


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


async def test_unknown_wrong_and_deactivated_get_one_answer_at_one_cost(
    identity: Identity, passwords: Passwords, database: PostgresDatabase
) -> None:
    known, deactivated = an_email(), an_email()
    await sign_up(identity, known)
    await sign_up(identity, deactivated)
    await database.execute("UPDATE users SET is_active = false WHERE email = $1", deactivated)
    attempts = [
        (an_email(), PASSWORD),
        (known, "a wrong password"),
        (deactivated, PASSWORD),
        (deactivated, "a wrong password"),
        ("not an address", PASSWORD),
        ("nul\x00@homeroom.test", PASSWORD),
        (known, ""),
        (known, "x" * 10_000),
        (known, "\ud800" * 8),
    ]
    answers = []
    for email, password in attempts:
        before = passwords.verifications
        answers.append(await problems_of(sign_in(identity, email, password)))
        assert passwords.verifications == before + 1, (email, password)
    assert answers == [(Problem(ProblemCode.INVALID, "The address or the password is wrong."),)] * len(attempts)


async def test_the_hash_for_nobody_costs_what_a_real_one_costs(passwords: Passwords) -> None:
    real = await passwords.hash(PASSWORD)
    nobodys = passwords._nobodys
    assert nobodys.rsplit("$", 2)[0] == real.rsplit("$", 2)[0]
    assert [len(part) for part in nobodys.split("$")] == [len(part) for part in real.split("$")]
    assert WEAK.check_needs_rehash(nobodys) is False
    assert not await passwords.verify(None, PASSWORD)


async def test_a_hash_with_lower_parameters_is_raised_at_the_next_sign_in(
    identity: Identity, database: PostgresDatabase, redis: RedisClient, sessions: LayeredSessions
) -> None:
    email, users = an_email(), PostgresUsers(database)
    await sign_up(identity, email)
    before = await users.credentials(email)
    stronger = Passwords(STRONGER)
    try:
        raised = identity_of(database, redis, sessions, stronger)
        await sign_in(raised, email)
        after = await users.credentials(email)
        await sign_in(raised, email)
    finally:
        stronger.close()
    assert before is not None
    assert after is not None
    assert (WEAK.check_needs_rehash(before.password_hash), STRONGER.check_needs_rehash(after.password_hash)) == (0, 0)
    assert await users.credentials(email) == after


async def test_an_address_has_one_account(identity: Identity) -> None:
    email = an_email()
    await sign_up(identity, email)
    (problem,) = await problems_of(sign_up(identity, email.upper()))
    assert (problem.code, problem.path) == (ProblemCode.CONFLICT, ("email",))


async def test_all_that_is_wrong_with_an_account_is_said_at_once(identity: Identity) -> None:
    problems = await problems_of(sign_up(identity, "not an address", "short", "a\x00name"))
    assert [(problem.code, problem.path) for problem in problems] == [
        (ProblemCode.INVALID, ("email",)),
        (ProblemCode.INVALID, ("password",)),
        (ProblemCode.INVALID, ("name",)),
    ]


@pytest.mark.parametrize(("length", "accepted"), [(7, False), (8, True), (128, True), (129, False)])
async def test_a_password_has_8_to_128_characters(identity: Identity, length: int, accepted: bool) -> None:
    work = sign_up(identity, an_email(), "é" * length)
    if accepted:
        await work
    else:
        (problem,) = await problems_of(work)
        assert problem.path == ("password",)


async def test_a_password_is_the_same_from_any_keyboard(identity: Identity) -> None:
    email = an_email()
    await sign_up(identity, email, "caf\u00e9 caf\u00e9")
    await sign_in(identity, email, "cafe\u0301 cafe\u0301")


@pytest.mark.parametrize(
    ("email", "normal"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada.l+x@mail.example.org", "ada.l+x@mail.example.org"),
        ("ü@bücher.example", "ü@bücher.example"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("a" * 65 + "@example.org", None),
        ("a@" + "b" * 60 + ".example" * 25, None),
        ("ada", None),
        ("ada@localhost", None),
        ("@example.org", None),
        ("ada@@example.org", None),
        ("a..b@example.org", None),
        ("ada@-x.org", None),
        ("ada@example.org\nbcc: x@example.org", None),
        ("ada\x00@example.org", None),
        ("\ud800@example.org", None),
    ],
)
def test_an_address_has_one_form(email: str, normal: str | None) -> None:
    assert normal_email(email) == normal


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


async def test_attempts_on_one_account_are_limited_wherever_they_come_from(limited: Identity) -> None:
    email = an_email()
    await sign_up(limited, email)
    for number in range(PER_EMAIL):
        await problems_of(sign_in(limited, email, "a wrong password", f"192.0.2.{number}"))
    (problem,) = await problems_of(sign_in(limited, email.upper(), PASSWORD, "198.51.100.1"))
    assert isinstance(problem, RateLimitProblem)
    assert problem.code is ProblemCode.RATE_LIMITED
    assert 1 <= problem.retry_after <= 60


async def test_attempts_from_one_address_are_limited_whatever_the_account(limited: Identity) -> None:
    attempts = [
        sign_in(limited, f"{letter}{number}@homeroom.test", address="2001:db8::1")
        for letter in string.ascii_lowercase[:10]
        for number in range(PER_ADDRESS // 10)
    ]
    # Twenty at a time, as the queue of passwords is bounded too.
    for start in range(0, len(attempts), 20):
        for (problem,) in await asyncio.gather(*map(problems_of, attempts[start : start + 20])):
            assert problem.code is ProblemCode.INVALID
    (problem,) = await problems_of(sign_in(limited, an_email(), address="2001:db8::ffff"))
    assert problem.code is ProblemCode.RATE_LIMITED
    (elsewhere,) = await problems_of(sign_in(limited, an_email(), address="2001:db8:0:1::1"))
    assert elsewhere.code is ProblemCode.INVALID


async def test_attempts_are_limited_in_the_process_while_redis_is_away(
    limited: Identity, valkey: DurableValkey
) -> None:
    email = an_email()
    valkey.kill()
    for _ in range(PER_EMAIL):
        (problem,) = await problems_of(sign_in(limited, email))
        assert problem.code is ProblemCode.INVALID
    (problem,) = await problems_of(sign_in(limited, email))
    assert problem.code is ProblemCode.RATE_LIMITED


async def test_without_limits_nothing_is_counted(identity: Identity, redis: RedisClient) -> None:
    email = an_email()
    for _ in range(PER_EMAIL + 1):
        (problem,) = await problems_of(sign_in(identity, email))
        assert problem.code is ProblemCode.INVALID
    assert await redis.command("KEYS", "ratelimit:*") == []


async def test_no_address_can_be_read_from_the_counters(limited: Identity, redis: RedisClient) -> None:
    await problems_of(sign_in(limited, "ada@homeroom.test"))
    keys = await redis.command("KEYS", "ratelimit:*")
    assert len(keys) == 2
    assert not any("ada" in key for key in keys)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_subscriber_is_an_address_or_a_network(address: str, network: str) -> None:
    assert network_of(address) == network


async def test_the_limiter_in_the_process_has_a_bound_and_a_minute() -> None:
    now = 30.0
    limits = ProcessRateLimits(lambda: now)
    await limits.hit("somebody", "signIn", 1)
    assert await limits.hit("somebody", "signIn", 1) == (False, 60)
    size = len(limits._counts)
    verdicts = [await limits.hit(f"subject {number}", "signIn", 1) for number in range(200)]
    assert sum(allowed for allowed, _ in verdicts) >= 199
    assert len(limits._counts) == size
    now = 89.0
    assert await limits.hit("somebody", "signIn", 1) == (False, 1)
    now = 90.0
    assert await limits.hit("somebody", "signIn", 1) == (True, 0)


async def test_beyond_the_queue_of_passwords_people_are_asked_to_wait() -> None:
    passwords = Passwords(PasswordHasher(time_cost=20, memory_cost=8_192, parallelism=1), workers=1, waiting=2)
    try:
        outcomes = await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(6)), return_exceptions=True)
        assert [isinstance(outcome, Refused) for outcome in outcomes] == [False] * 3 + [True] * 3
        assert isinstance(outcomes[-1], Refused)
        assert outcomes[-1].problems[0].code is ProblemCode.RATE_LIMITED
        assert await passwords.hash(PASSWORD)
    finally:
        passwords.close()


async def test_hashing_does_not_hold_up_the_loop() -> None:
    slow = Passwords(PasswordHasher(time_cost=40, memory_cost=8_192, parallelism=1), workers=1)
    try:
        hashing = asyncio.create_task(slow.hash(PASSWORD))
        turns = 0
        while not hashing.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 100
    finally:
        slow.close()


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

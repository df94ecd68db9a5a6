"""Passwords: what tells nothing to who guesses, and what holds up nobody."""

import asyncio

import pytest
from argon2 import PasswordHasher

from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.users import PostgresUsers
from datasources.redis.client import RedisClient
from resolvers.errors import Problem, ProblemCode, Refused
from resolvers.identity import Identity
from resolvers.passwords import Passwords
from tests.resolvers.identity.signing import (
    PASSWORD,
    WEAK,
    an_email,
    identity_of,
    problems_of,
    sign_in,
    sign_up,
)

STRONGER = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)


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

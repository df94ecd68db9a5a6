"""How often somebody may try to sign in, and what is kept of it."""

import asyncio
import string

import pytest

from datasources.redis.client import RedisClient
from resolvers.errors import ProblemCode, RateLimitProblem
from resolvers.identity import Identity
from resolvers.rate_limits import ProcessRateLimits, network_of
from tests.datasources.redis.valkey import DurableValkey
from tests.resolvers.identity.signing import (
    PASSWORD,
    PER_ADDRESS,
    PER_EMAIL,
    an_email,
    problems_of,
    sign_in,
    sign_up,
)


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

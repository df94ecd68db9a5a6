"""How often: counted for all processes together, by person and by address, and let through while Redis is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from datasources.records.ids import UserId, new_user_id
from datasources.redis.client import RedisClient
from datasources.redis.rate_limits import RedisRateLimits
from resolvers.errors import ProblemCode, RateLimitProblem, Refused
from resolvers.rate_limits import Rate, RateLimits, Rates
from tests.datasources.events.valkey import OwnValkey, own_valkey

RATES = Rates(sends=Rate(3, 5), changes=Rate(4, 100))
HERE = "192.0.2.1"


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[OwnValkey]:
    async with own_valkey(tmp_path) as server:
        yield server


@pytest.fixture
async def redis(valkey: OwnValkey) -> AsyncIterator[RedisClient]:
    client = RedisClient(valkey.url)
    await client.open()
    yield client
    await client.close()


@pytest.fixture
def limits(redis: RedisClient) -> RateLimits:
    return RateLimits(RedisRateLimits(redis), RATES)


async def problem_of(
    limits: RateLimits, user_id: UserId, address: str | None, endpoint: str
) -> RateLimitProblem | None:
    """None where it was within the limit."""
    try:
        await limits.count(user_id, address, endpoint)
    except Refused as refused:
        (problem,) = refused.problems
        assert isinstance(problem, RateLimitProblem)
        assert problem.code is ProblemCode.RATE_LIMITED
        return problem
    return None


async def test_a_person_is_limited_wherever_they_are(limits: RateLimits, redis: RedisClient) -> None:
    ada = new_user_id()
    other_process = RateLimits(RedisRateLimits(redis), RATES)

    found = [await problem_of(limits if n % 2 else other_process, ada, f"192.0.2.{n}", "sendMessage") for n in range(4)]

    assert found[:3] == [None] * 3
    assert found[3] is not None
    assert 1 <= found[3].retry_after <= 60
    assert await problem_of(limits, new_user_id(), HERE, "sendMessage") is None
    assert await problem_of(limits, ada, HERE, "addReaction") is None


async def test_an_address_is_limited_whoever_is_there(limits: RateLimits) -> None:
    found = [await problem_of(limits, new_user_id(), HERE, "sendMessage") for _ in range(6)]

    assert [each is None for each in found] == [True] * 5 + [False]
    assert await problem_of(limits, new_user_id(), "192.0.2.2", "sendMessage") is None


async def test_keys_are_those_of_document_002_and_none_is_left_without_its_expiry(
    limits: RateLimits, redis: RedisClient
) -> None:
    ada = new_user_id()
    await asyncio.gather(*(problem_of(limits, ada, HERE, "sendMessage") for _ in range(20)))

    keys = await redis.command("KEYS", "*")
    assert set(keys) == {f"ratelimit:{ada}:sendMessage", f"ratelimit:address-{HERE}:sendMessage"}
    for key in keys:
        assert await redis.command("GET", key) == "20"
        assert 1 <= await redis.command("TTL", key) <= 60


async def test_signing_out_is_never_too_often(limits: RateLimits, redis: RedisClient) -> None:
    ada = new_user_id()
    for _ in range(10):
        assert await problem_of(limits, ada, HERE, "signOutEverywhere") is None
    assert await redis.command("KEYS", "*") == []


async def test_while_redis_is_away_changes_are_let_through_with_one_line_in_the_log(
    limits: RateLimits, valkey: OwnValkey
) -> None:
    ada = new_user_id()
    valkey.kill()
    with capture_logs() as logs:
        found = [await problem_of(limits, ada, HERE, "sendMessage") for _ in range(10)]
        await valkey.start()
        async with asyncio.timeout(10):
            # The gate lets one through now and then; from the first that is counted on, all are.
            while await problem_of(limits, ada, None, "sendMessage") is None:  # noqa: ASYNC110 - Redis tells nobody
                await asyncio.sleep(0.05)

    assert found == [None] * 10
    assert [line["log_level"] for line in logs] == ["warning", "info"]

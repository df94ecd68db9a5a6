"""Counters that end by themselves, whatever happens."""

import asyncio
import secrets

from datasources.redis.client import RedisClient
from datasources.redis.rate_limits import RedisRateLimits


async def test_attempts_within_the_limit_pass_and_the_next_waits(client: RedisClient) -> None:
    limits, subject = RedisRateLimits(client), secrets.token_hex(8)
    assert [await limits.hit(subject, "signIn", 3) for _ in range(3)] == [(True, 0)] * 3
    allowed, seconds = await limits.hit(subject, "signIn", 3)
    assert not allowed
    assert 55 <= seconds <= 60
    assert await limits.hit(subject, "signUp", 3) == (True, 0)
    assert await limits.hit(secrets.token_hex(8), "signIn", 3) == (True, 0)


async def test_attempts_at_once_are_all_counted(client: RedisClient) -> None:
    limits, subject = RedisRateLimits(client), secrets.token_hex(8)
    verdicts = await asyncio.gather(*(limits.hit(subject, "signIn", 7) for _ in range(40)))
    assert sum(allowed for allowed, _ in verdicts) == 7


async def test_a_counter_ends_a_minute_after_its_first_attempt(client: RedisClient) -> None:
    limits, subject = RedisRateLimits(client), secrets.token_hex(8)
    key = f"ratelimit:{subject}:signIn"
    await limits.hit(subject, "signIn", 3)
    assert 59 <= await client.command("TTL", key) <= 60
    await client.command("EXPIRE", key, 30)
    await limits.hit(subject, "signIn", 3)
    assert await client.command("TTL", key) <= 30


async def test_a_counter_without_its_end_is_given_one(client: RedisClient) -> None:
    limits, subject = RedisRateLimits(client), secrets.token_hex(8)
    key = f"ratelimit:{subject}:signIn"
    await client.command("SET", key, 100)
    assert await limits.hit(subject, "signIn", 3) == (False, 60)
    assert await client.command("TTL", key) > 0

"""Rate limits in Redis: `ratelimit:{subject}:{endpoint}`, a counter that lives for a minute. Source: document 002."""

from typing import Final

from datasources.redis.client import RedisClient

# A counter without its expiry would shut its subject out for ever: both in one step, and mended should it be found so.
_HIT: Final = """
    local count = redis.call('INCR', KEYS[1])
    local left = redis.call('PTTL', KEYS[1])
    if left < 0 then
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        left = ARGV[1] * 1000
    end
    return {count, left}
"""
_SECONDS: Final = 60


class RedisRateLimits:
    """Implements `RateLimitStore`."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client
        self._hit = client.script(_HIT)

    async def hit(self, subject: str, endpoint: str, limit: int) -> tuple[bool, int]:
        count, left = await self._client.run(self._hit, [f"ratelimit:{subject}:{endpoint}"], [_SECONDS])
        return (True, 0) if count <= limit else (False, max(1, -(-left // 1000)))

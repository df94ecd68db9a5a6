"""Who is here, in Redis: `presence:{user_id}`, gone by itself a minute after the last sign. Source: document 002."""

from collections.abc import Sequence
from typing import Final

from datasources.records.ids import RoomId, UserId
from datasources.redis.client import RedisClient

SECONDS: Final = 60
TYPING_MS: Final = 3_000

# A sorted set: each process that somebody is here by, with the time when its sign runs out. Time is the server's own.
_HERE: Final = """
    local moment = redis.call('TIME')[1]
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', moment)
    local before = redis.call('ZCARD', KEYS[1])
    redis.call('ZADD', KEYS[1], moment + ARGV[2], ARGV[1])
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    return before
"""
_GONE: Final = "return redis.call('ZREM', KEYS[1], ARGV[1])"
_WHO: Final = """
    local moment = redis.call('TIME')[1]
    local found = {}
    for place, key in ipairs(KEYS) do
        found[place] = redis.call('ZCOUNT', key, '(' .. moment, '+inf')
    end
    return found
"""


class RedisPresence:
    """Implements `PresenceStore`; raises `Unavailable`. `process` is this process's own name."""

    def __init__(self, client: RedisClient, process: str) -> None:
        self._client = client
        self._process = process
        self._here = client.script(_HERE)
        self._gone = client.script(_GONE)
        self._who = client.script(_WHO)

    async def here(self, user_id: UserId) -> bool:
        return not await self._client.run(self._here, [_key(user_id)], [self._process, SECONDS])

    async def gone(self, user_id: UserId) -> None:
        await self._client.run(self._gone, [_key(user_id)], [self._process])

    async def types(self, room_id: RoomId, user_id: UserId) -> bool:
        first = await self._client.command("SET", f"typing:{room_id}:{user_id}", 1, "NX", "PX", TYPING_MS)
        return first is not None

    async def by_users(self, ids: Sequence[UserId]) -> list[bool]:
        if not ids:
            return []
        return [bool(count) for count in await self._client.run(self._who, [_key(each) for each in ids], [])]


def _key(user_id: UserId) -> str:
    return f"presence:{user_id}"

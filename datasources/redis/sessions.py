"""The cache of sessions: `session:{token digest}`, a hash that lives for an hour after its last use.

Source: document 002.

The key holds the token's digest, so that a request finds its session in one step and the key alone signs nobody in. A
session that was ended leaves a hash with the one field `ended`, so that nobody who read its row just before can put it
back. Each script is one step, and none leaves a key without its expiry.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from datasources.layers.sessions import CachedSession, CachedUse
from datasources.records.ids import SessionId, UserId
from datasources.records.users import Session
from datasources.redis.client import RedisClient

# Answers the fields as they were; `carried_at` is taken by whoever finds it too old, so that one process carries it.
_FIND: Final = """
    local fields = redis.call('HGETALL', KEYS[1])
    if #fields == 0 then return fields end
    if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return {'ended', '1'} end
    local carried = tonumber(redis.call('HGET', KEYS[1], 'carried_at')) or 0
    redis.call('HSET', KEYS[1], 'last_activity', ARGV[1])
    if tonumber(ARGV[1]) - carried >= tonumber(ARGV[3]) then
        redis.call('HSET', KEYS[1], 'carried_at', ARGV[1])
        table.insert(fields, 'carry')
        table.insert(fields, '1')
    end
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    return fields
"""
# One answer a key: 0 unknown, 1 ended, 2 live, 3 live and to be carried.
_FIND_LIVE: Final = """
    local found = {}
    for number, key in ipairs(KEYS) do
        local fields = redis.call('HMGET', key, 'ended', 'carried_at')
        if fields[1] then
            found[number] = 1
        elseif not fields[2] then
            found[number] = 0
        else
            found[number] = 2
            redis.call('HSET', key, 'last_activity', ARGV[1])
            if tonumber(ARGV[1]) - tonumber(fields[2]) >= tonumber(ARGV[3]) then
                redis.call('HSET', key, 'carried_at', ARGV[1])
                found[number] = 3
            end
            redis.call('EXPIRE', key, ARGV[2])
        end
    end
    return found
"""
_USES: Final = (CachedUse.UNKNOWN, CachedUse.ENDED, CachedUse.LIVE, CachedUse.CARRY)
_PUT: Final = """
    if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return 0 end
    redis.call('HSET', KEYS[1], 'id', ARGV[2], 'user_id', ARGV[3], 'email', ARGV[4], 'role', ARGV[5],
        'created_at', ARGV[6], 'last_activity', ARGV[7], 'carried_at', ARGV[8])
    redis.call('EXPIRE', KEYS[1], ARGV[1])
    return 1
"""
_END: Final = """
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'ended', '1')
    redis.call('EXPIRE', KEYS[1], ARGV[1])
"""
_PURGED: Final = "sessions:purged"
_PURGED_SECONDS: Final = 86_400


class RedisSessions:
    """Implements the `SessionCache` of `datasources/layers/sessions.py`."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client
        self._find = client.script(_FIND)
        self._find_live = client.script(_FIND_LIVE)
        self._put = client.script(_PUT)
        self._end = client.script(_END)

    @property
    def run(self) -> str | None:
        return self._client.run_id

    async def put(self, session: Session, *, carried_at: datetime, lifetime: timedelta) -> None:
        arguments: list[str | int] = [
            _seconds(lifetime),
            session.id,
            session.user_id,
            session.email,
            session.role,
            _text(session.created_at),
            _text(session.last_activity),
            _text(carried_at),
        ]
        await self._client.run(self._put, [_key(session.token_digest)], arguments)

    async def find(
        self, token_digest: str, at: datetime, *, lifetime: timedelta, carry_after: timedelta
    ) -> CachedSession | None:
        arguments: list[str | int] = [_text(at), _seconds(lifetime), _seconds(carry_after)]
        answer = await self._client.run(self._find, [_key(token_digest)], arguments)
        if not answer:
            return None
        fields = dict(zip(answer[::2], answer[1::2], strict=True))
        if "ended" in fields:
            return CachedSession(None)
        session = Session(
            SessionId(fields["id"]),
            token_digest,
            UserId(fields["user_id"]),
            fields["email"],
            fields["role"],
            _time(fields["created_at"]),
            at,
        )
        return CachedSession(session, "carry" in fields)

    async def find_live(
        self, token_digests: Sequence[str], at: datetime, *, lifetime: timedelta, carry_after: timedelta
    ) -> list[CachedUse]:
        keys = [_key(digest) for digest in token_digests]
        arguments: list[str | int] = [_text(at), _seconds(lifetime), _seconds(carry_after)]
        return [_USES[answer] for answer in await self._client.run(self._find_live, keys, arguments)]

    async def end(self, token_digests: Sequence[str], *, lifetime: timedelta) -> None:
        seconds = _seconds(lifetime)
        await self._client.run_many(self._end, [([_key(digest)], [seconds]) for digest in token_digests])

    async def purged_run(self) -> str | None:
        run: str | None = await self._client.command("GET", _PURGED)
        return run

    async def note_purged(self, run: str) -> None:
        await self._client.command("SET", _PURGED, run, "EX", _PURGED_SECONDS)


def _key(token_digest: str) -> str:
    return f"session:{token_digest}"


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _text(time: datetime) -> str:
    return repr(time.timestamp())


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)

"""The cache of sessions: `session:{token digest}`, a hash that lives for an hour after its last use. Source: document 002.

The key holds the token's digest, so that a request finds its session in one step and the key alone signs nobody in. A
session that was ended leaves a hash with the one field `ended`, so that nobody who read its row just before can put it
back. Each script is one step, and none leaves a key without its expiry.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

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
_PUT: Final = """
    if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return 0 end
    redis.call('HSET', KEYS[1], 'id', ARGV[2], 'user_id', ARGV[3], 'email', ARGV[4], 'role', ARGV[5],
        'created_at', ARGV[6], 'last_activity', ARGV[7], 'carried_at', ARGV[7])
    redis.call('EXPIRE', KEYS[1], ARGV[1])
    return 1
"""
_END: Final = """
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'ended', '1')
    redis.call('EXPIRE', KEYS[1], ARGV[1])
"""
_PURGED: Final = "sessions:purged"


class RedisSessions:
    """The cache that `datasources/layers/sessions.py` puts before the durable rows."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client
        self._find = client.script(_FIND)
        self._put = client.script(_PUT)
        self._end = client.script(_END)

    @property
    def run(self) -> str | None:
        """Names the run of the server that the newest answer came from; None before the first."""
        return self._client.run_id

    async def put(self, session: Session, seconds: int) -> None:
        """Keeps a session for this long, unless it was ended."""
        arguments = [
            seconds,
            session.id,
            session.user_id,
            session.email,
            session.role,
            repr(session.created_at.timestamp()),
            repr(session.last_activity.timestamp()),
        ]
        await self._client.run(self._put, [_key(session.token_digest)], arguments)

    async def find(
        self, token_digest: str, at: datetime, seconds: int, carry_seconds: int
    ) -> tuple[Session, bool] | bool:
        """The session, used at this time, and whether the caller is to carry that to the durable row.

        False where it was ended, True where nothing is known of it.
        """
        answer = await self._client.run(
            self._find, [_key(token_digest)], [repr(at.timestamp()), seconds, carry_seconds]
        )
        if not answer:
            return True
        fields = dict(zip(answer[::2], answer[1::2], strict=True))
        if "ended" in fields:
            return False
        session = Session(
            SessionId(fields["id"]),
            token_digest,
            UserId(fields["user_id"]),
            fields["email"],
            fields["role"],
            _time(fields["created_at"]),
            at,
        )
        return session, "carry" in fields

    async def end(self, token_digests: Sequence[str], seconds: int) -> None:
        """Forgets these sessions, and keeps them from being put back for this long."""
        await self._client.run_many(self._end, [([_key(digest)], [seconds]) for digest in token_digests])

    async def purged_run(self) -> str | None:
        """The run of the server that was last rid of everything that ended while it was away."""
        run: str | None = await self._client.command("GET", _PURGED)
        return run

    async def note_purged(self, run: str) -> None:
        """Notes that this run of the server holds no session that has ended."""
        await self._client.command("SET", _PURGED, run)


def _key(token_digest: str) -> str:
    return f"session:{token_digest}"


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)

"""The drivers as a careful hand would use them: pools, prepared statements, no layer between.

The statements are Homeroom's own, so that both ask the databases the same.
"""

import asyncio
import hmac
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from cassandra import ConsistencyLevel
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.io.libevreactor import LibevConnection
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

EPOCH_MS: Final = 1_577_836_800_000
BUCKET_MS: Final = 10 * 24 * 60 * 60 * 1000
SNOWFLAKE_MAX: Final = (1 << 63) - 1

_FIND_SESSION: Final = """
    local fields = redis.call('HGETALL', KEYS[1])
    if #fields == 0 then return fields end
    if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return {} end
    redis.call('HSET', KEYS[1], 'last_activity', ARGV[1])
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    return fields
"""
_USERS: Final = """
    SELECT id, email, name, role, avatar_url, created_at, updated_at, last_login, is_active
    FROM users WHERE id = ANY($1::uuid[])
"""
_COLUMNS: Final = "message_id, author_id, body.content, body.rest, revision, edited_at, deleted_at, alias_of"
_PAGE: Final = (
    f"SELECT {_COLUMNS} FROM homeroom.messages"  # noqa: S608 - columns
    " WHERE channel_id = ? AND bucket = ? AND message_id > ? AND message_id < ? LIMIT ?"
)
_MESSAGES: Final = f"SELECT {_COLUMNS} FROM homeroom.messages WHERE channel_id = ? AND bucket = ? AND message_id IN ?"  # noqa: S608
_BUCKETS: Final = "SELECT bucket FROM homeroom.channel_buckets WHERE channel_id = ? LIMIT 3000"
_REACTIONS: Final = (
    "SELECT message_id, user_id, emoji, active, revision FROM homeroom.reactions"
    " WHERE channel_id = ? AND bucket = ? AND message_id IN ?"
)
_PINS: Final = "SELECT body FROM homeroom.pins WHERE channel_id = ? LIMIT ?"


class Drivers:
    """The four databases of `homeroom serve`, as its data directory says where they are."""

    def __init__(self, folder: Path) -> None:
        endpoints: dict[str, str] = json.loads((folder / "endpoints.json").read_text())["endpoints"]
        self._endpoints = endpoints
        self._secret = (folder / "session-secret").read_bytes()
        self._redis = Redis.from_url(endpoints["redis_url"], decode_responses=True)
        self._find_session = self._redis.register_script(_FIND_SESSION)
        self._mongo: Any = AsyncMongoClient(endpoints["mongodb_url"], tz_aware=True).get_default_database()
        self._pool: Any = None
        self._session: Any = None
        self._loop: Any = None

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pool = await asyncpg.create_pool(
            self._endpoints["database_url"], min_size=1, max_size=10, server_settings={"jit": "off"}, reset=_nothing
        )
        host, _, port = self._endpoints["cassandra_contact_points"].partition(":")
        profile = ExecutionProfile(
            consistency_level=ConsistencyLevel.LOCAL_QUORUM, row_factory=lambda _, rows: rows, request_timeout=4
        )
        cluster = Cluster(
            [host],
            port=int(port),
            protocol_version=5,
            connection_class=LibevConnection,
            execution_profiles={EXEC_PROFILE_DEFAULT: profile},
        )
        self._session = await self._loop.run_in_executor(None, cluster.connect)
        self._session.default_fetch_size = None
        prepare = self._session.prepare
        self._page, self._messages, self._buckets = prepare(_PAGE), prepare(_MESSAGES), prepare(_BUCKETS)
        self._reactions, self._pins = prepare(_REACTIONS), prepare(_PINS)

    async def user_of(self, token: str) -> str | None:
        """Whose session this is, which is kept for another hour; None where there is none."""
        digest = hmac.digest(self._secret, token.encode(), "sha256").hex()
        found = await self._find_session(keys=[f"session:{digest}"], args=[repr(time.time()), 3600])
        fields = dict(zip(found[::2], found[1::2], strict=True))
        return fields.get("user_id")

    async def channel(self, channel_id: str, user_id: str) -> dict[str, Any] | None:
        """The channel, if it is an open one of a workspace of theirs."""
        (channel,) = await self._mongo["channels"].find({"_id": {"$in": [channel_id]}}).to_list() or [None]
        if channel is None or channel["visibility"] != "open":
            return None
        projection = {"_id": 0, "workspace_id": 1, "user_id": 1, "role": 1, "joined_at": 1}
        key = f"{channel['workspace_id']}:{user_id}"
        members = await self._mongo["workspace_members"].find({"_id": {"$in": [key]}}, projection).to_list()
        found: dict[str, Any] = channel
        return found if members else None

    async def newest(self, channel: UUID, count: int) -> list[Any]:
        """The newest messages, oldest first."""
        bucket = (time.time_ns() // 1_000_000 - EPOCH_MS) // BUCKET_MS
        buckets, rows = await asyncio.gather(
            self._cql(self._buckets, channel),
            self._cql(self._page, channel, bucket, -1, SNOWFLAKE_MAX, count + 3),
        )
        for (older,) in buckets:
            if len(rows) > count:
                break
            if older < bucket:
                rows += await self._cql(self._page, channel, older, -1, SNOWFLAKE_MAX, count + 3)
        return [row for row in rows if row[6] is None][:count][::-1]

    async def messages(self, channel: UUID, snowflakes: Sequence[int]) -> dict[int, Any]:
        found = await self._by_bucket(self._messages, channel, snowflakes)
        return {row[0]: row for row in found if row[6] is None}

    async def reactions(self, channel: UUID, snowflakes: Sequence[int]) -> list[Any]:
        return [row for row in await self._by_bucket(self._reactions, channel, snowflakes) if row[3]]

    async def pins(self, channel: UUID) -> list[Any]:
        """(message, who, when in microseconds), the last one pinned first."""
        rows = await self._cql(self._pins, channel, 2_000)
        pins = [body for (text,) in rows if (body := json.loads(text))[5]]
        return sorted(((pin[2], pin[3], pin[4]) for pin in pins), key=lambda pin: (pin[2], pin[0]), reverse=True)

    async def users(self, ids: set[UUID]) -> dict[UUID, dict[str, str]]:
        rows = await self._pool.fetch(_USERS, list(ids))
        return {row[0]: {"id": "usr_" + row[0].hex, "name": row[2]} for row in rows}

    async def _by_bucket(self, statement: Any, channel: UUID, snowflakes: Sequence[int]) -> list[Any]:
        buckets: dict[int, list[int]] = {}
        for each in snowflakes:
            buckets.setdefault((each >> 22) // BUCKET_MS, []).append(each)
        parts = await asyncio.gather(*(self._cql(statement, channel, key, some) for key, some in buckets.items()))
        return [row for part in parts for row in part]

    async def _cql(self, statement: Any, *values: Any) -> list[Any]:
        answer: asyncio.Future[list[Any]] = self._loop.create_future()
        response = self._session.execute_async(statement.bind(values))
        response.add_callbacks(self._succeed, self._fail, callback_args=(answer,), errback_args=(answer,))
        return await answer

    def _succeed(self, rows: list[Any] | None, answer: "asyncio.Future[list[Any]]") -> None:
        self._loop.call_soon_threadsafe(answer.set_result, rows or [])

    def _fail(self, error: BaseException, answer: "asyncio.Future[list[Any]]") -> None:
        self._loop.call_soon_threadsafe(answer.set_exception, error)


async def _nothing(_: object) -> None:
    """Asyncpg's own reset would cost a round trip for each statement."""


def drivers() -> Drivers:
    return Drivers(Path(os.environ["BENCH_STORES"]))

"""Channels in Cassandra: their messages and small records, their event log, their claims.

Source: document 000, consistency.md.
"""

from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from datasources.cassandra.buckets import BucketDirectory, bucket_at, bucket_of, channel_key
from datasources.cassandra.claims import Claims
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.messages import MessageReader
from datasources.cassandra.pages import PageReader
from datasources.cassandra.records import RecordReader
from datasources.cassandra.rows import EVENT_COLUMNS, WRITE_EVENT, event_values, events
from datasources.cassandra.waves import chunks, wave
from datasources.cassandra.writes import STATEMENTS, Mutation, Write, mutation_of
from datasources.records.changes import C, Change, R, RoomEvent, identity, matching
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import Page, PageArguments
from datasources.records.retention import LOG_PROMISED, in_milliseconds
from datasources.snowflakes import first_of, unix_ms

_LOG_MS: Final = in_milliseconds(LOG_PROMISED)
# Clocks of clients and servers may differ by this much, and be served all the same.
_CLOCKS_MS: Final = 60_000
_WRITES_AT_ONCE: Final = 256
# Of the longest messages 2 MB, a quarter of what the embedded server takes as one mutation.
_WRITES_AS_ONE: Final = 100

_EVENTS: Final = Statement(
    f"SELECT {EVENT_COLUMNS} FROM $keyspace.channel_events"  # noqa: S608 - columns
    " WHERE channel_id = ? AND bucket = ? AND event_id > ? LIMIT ?"
)


class CassandraRooms:
    """Implements `RoomStore` for channels; what no channel has (a `Participant`, say) raises `TypeError`.

    `clock` gives the Unix time in milliseconds.
    """

    def __init__(self, cluster: CassandraCluster, *, clock: Callable[[], int] = unix_ms) -> None:
        self._cluster = cluster
        self._clock = clock
        self._claims = Claims(cluster)
        self._directory = BucketDirectory(cluster)
        self._pages = PageReader(cluster, self._directory)
        self._messages = MessageReader(cluster)
        self._records = RecordReader(cluster)
        cluster.declare(*STATEMENTS, WRITE_EVENT, _EVENTS)

    async def claim(self, claim: SendClaim) -> SendClaim:
        return await self._claims.claim(claim)

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        return await self._claims.claimed(claim)

    async def write(self, event: RoomEvent) -> RoomEvent:
        mutation = mutation_of(event.change, event.previous)
        logged = (WRITE_EVENT, event_values(event))
        await self._ensure_bucket(event.change)
        if event.quiet:
            await self._cluster.execute_as_one(mutation.writes)
        elif mutation.bucket == bucket_of(event.snowflake):
            await self._cluster.execute_as_one([logged, *mutation.writes])
        else:
            # The event first, since it holds the record: whoever delivers it can mend a record that is behind.
            await self._cluster.execute_as_one([logged])
            await self._cluster.execute_as_one(mutation.writes)
        return event

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        return await wave(self.write(event) for event in events)

    async def apply(self, changes: Sequence[Change]) -> None:
        # Without looking at what is newer: it and a deletion stay anyway.
        mutations = await self._with_history(changes)
        buckets = {(each.room_id, bucket_of(each.snowflake)): each for each in changes if isinstance(each, Message)}
        for some in chunks(list(buckets.values()), _WRITES_AT_ONCE):
            await wave(map(self._ensure_bucket, some))
        # The server syncs its log for each mutation, and applies few at once: of a partition many writes are one.
        partitions: defaultdict[tuple[RoomId, int | None], list[Write]] = defaultdict(list)
        for change, mutation in zip(changes, mutations, strict=True):
            partitions[change.room_id, mutation.bucket].extend(mutation.writes)
        merged = [part for writes in partitions.values() for part in chunks(writes, _WRITES_AS_ONE)]
        for part in chunks(merged, _WRITES_AT_ONCE):
            await wave(map(self._cluster.execute_as_one, part))

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        return await self._messages.by_ids(ids)

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        return await self._pages.pages(requests, self._clock())

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        return await self._messages.history(ids)

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        return await self._records.of_messages(kind, ids)

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        return await self._records.of_rooms(kind, rooms, limit)

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        """Messages are read by partition, every other record by a statement of its own, all in one wave."""
        messages = [change.id for change in changes if isinstance(change, Message)]
        others = {identity(change): change for change in changes if not isinstance(change, Message)}
        reads: list[Coroutine[Any, Any, Sequence[Change | None]]] = [
            self._messages.by_ids(messages),
            wave(self._records.standing(change) for change in others.values()),
        ]
        return matching(changes, (each for part in await wave(reads) for each in part if each is not None))

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        found: list[RoomEvent] = []
        while len(found) < limit:
            rows = await self._log(room_id, after, limit)
            found.extend(events(room_id, rows))
            if len(rows) < limit:
                break
            after = rows[-1][0]
        return found[:limit]

    async def log_start(self, room_id: RoomId) -> int:  # noqa: ARG002 - the same for all channels
        return first_of(self._clock() - _LOG_MS + _CLOCKS_MS)

    async def _log(self, room_id: RoomId, after: int, limit: int) -> list[Any]:
        now_ms = self._clock()
        oldest = max(bucket_of(after), bucket_at(now_ms - _LOG_MS - _CLOCKS_MS))
        newest = max(bucket_at(now_ms + _CLOCKS_MS), oldest)
        parts = await wave(
            self._cluster.execute(_EVENTS, channel_key(room_id), bucket, after, limit)
            for bucket in range(oldest, newest + 1)
        )
        return [row for rows in parts for row in rows][:limit]

    async def _with_history(self, changes: Sequence[Change]) -> list[Mutation]:
        """What stands before an edit is kept, as its event would have had it kept."""
        edits = {
            change.id: None
            for change in changes
            if isinstance(change, Message) and change.edited_at is not None and change.deleted_at is None
        }
        standing = {message.id: message for message in await self._messages.by_ids(list(edits)) if message is not None}
        return [
            mutation_of(change, standing.get(change.id) if isinstance(change, Message) else None) for change in changes
        ]

    async def _ensure_bucket(self, change: Change) -> None:
        if isinstance(change, Message):
            await self._directory.ensure(channel_key(change.room_id), bucket_of(change.snowflake))

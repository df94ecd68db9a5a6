"""Channel messages, their event log and their idempotency claims in Cassandra. Source: document 000, consistency.md."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from datasources.cassandra.buckets import BucketDirectory, bucket_at, bucket_of, channel_key
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.pages import PageReader
from datasources.cassandra.rows import (
    EVENT_COLUMNS,
    MESSAGE_COLUMNS,
    WRITE_EVENT,
    WRITE_MESSAGE,
    event_values,
    events,
    message_values,
    messages,
)
from datasources.cassandra.waves import chunks, wave
from datasources.records.changes import C, RoomEvent
from datasources.records.ids import MessageId, RoomId, room, split_message_id
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import Page, PageArguments
from datasources.snowflakes import first_of, unix_ms

LOG_MS: Final = 7 * 24 * 60 * 60 * 1000
# Clocks of clients and servers may differ by this much, and be served all the same.
_CLOCKS_MS: Final = 60_000
_IDS_AT_ONCE: Final = 100
_WRITES_AT_ONCE: Final = 256

# Not applied twice: a repetition finds its own claim, which is the one that stands.
_CLAIM: Final = Statement(
    "INSERT INTO $keyspace.message_claims (author_id, key, channel_id, message_id, revision, input_digest)"
    " VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS",
    named=True,
)
_BY_IDS: Final = Statement(
    f"SELECT {MESSAGE_COLUMNS} FROM $keyspace.messages"  # noqa: S608 - columns
    " WHERE channel_id = ? AND bucket = ? AND message_id IN ?"
)
_EVENTS: Final = Statement(
    f"SELECT {EVENT_COLUMNS} FROM $keyspace.channel_events"  # noqa: S608 - columns
    " WHERE channel_id = ? AND bucket = ? AND event_id > ? LIMIT ?"
)


class CassandraMessages:
    """Implements `RoomStore`. `clock` gives the Unix time in milliseconds."""

    def __init__(self, cluster: CassandraCluster, *, clock: Callable[[], int] = unix_ms) -> None:
        self._cluster = cluster
        self._clock = clock
        self._directory = BucketDirectory(cluster)
        self._reader = PageReader(cluster, self._directory)
        cluster.declare(_CLAIM, WRITE_MESSAGE, WRITE_EVENT, _BY_IDS, _EVENTS)

    async def claim(self, claim: SendClaim) -> SendClaim:
        rows = await self._cluster.execute(
            _CLAIM,
            UUID(hex=claim.author_id[4:]),
            claim.key,
            channel_key(claim.room_id),
            claim.snowflake,
            claim.revision,
            claim.input_digest,
        )
        standing = rows[0]
        if standing["[applied]"]:
            return claim
        return SendClaim(
            author_id=claim.author_id,
            key=claim.key,
            room_id=room("chn_" + standing["channel_id"].hex),
            snowflake=standing["message_id"],
            revision=standing["revision"],
            input_digest=standing["input_digest"],
        )

    async def write(self, event: RoomEvent) -> RoomEvent:
        message = event.message
        message_bucket = bucket_of(message.snowflake)
        await self._directory.ensure(channel_key(message.room_id), message_bucket)
        if bucket_of(event.snowflake) == message_bucket:
            await self._cluster.execute_as_one(
                [(WRITE_EVENT, event_values(event)), (WRITE_MESSAGE, message_values(message))]
            )
        else:
            # The event first, since it holds the message: whoever delivers it can mend a message that is behind.
            await self._cluster.execute(WRITE_EVENT, *event_values(event))
            await self._cluster.execute(WRITE_MESSAGE, *message_values(message))
        return event

    async def apply(self, messages: Sequence[Message]) -> None:
        # Without looking first: a newer revision and a deletion stay anyway.
        buckets = {(channel_key(message.room_id), bucket_of(message.snowflake)) for message in messages}
        for some in chunks(sorted(buckets), _WRITES_AT_ONCE):
            await wave(self._directory.ensure(channel, bucket) for channel, bucket in some)
        for part in chunks(messages, _WRITES_AT_ONCE):
            await wave(self._cluster.execute(WRITE_MESSAGE, *message_values(message)) for message in part)

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        places = [split_message_id(message_id) for message_id in ids]
        partitions: defaultdict[tuple[RoomId, int], set[int]] = defaultdict(set)
        for channel_id, snowflake in filter(None, places):
            partitions[channel_id, bucket_of(snowflake)].add(snowflake)
        found = await wave(
            self._some_of_partition(channel_id, bucket, chunk)
            for (channel_id, bucket), snowflakes in partitions.items()
            for chunk in chunks(sorted(snowflakes), _IDS_AT_ONCE)
        )
        by_id = {message.id: message for part in found for message in part}
        return [by_id.get(message_id) for message_id in ids]

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        return await self._reader.pages(requests, self._clock())

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        return await self.by_ids([change.id for change in changes])

    async def events(self, channel_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        now_ms = self._clock()
        oldest = max(bucket_of(after), bucket_at(now_ms - LOG_MS - _CLOCKS_MS))
        newest = max(bucket_at(now_ms + _CLOCKS_MS), oldest)
        parts = await wave(
            self._cluster.execute(_EVENTS, channel_key(channel_id), bucket, after, limit)
            for bucket in range(oldest, newest + 1)
        )
        return events(channel_id, [row for rows in parts for row in rows][:limit])

    async def log_start(self, channel_id: RoomId) -> int:  # noqa: ARG002 - the same for all channels
        return first_of(self._clock() - LOG_MS + _CLOCKS_MS)

    async def _some_of_partition(self, channel_id: RoomId, bucket: int, snowflakes: Sequence[int]) -> list[Message]:
        rows = await self._cluster.execute(_BY_IDS, channel_key(channel_id), bucket, snowflakes)
        return messages(channel_id, rows)

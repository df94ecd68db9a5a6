"""Messages by id, and what they said before their edits."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from datasources.cassandra.buckets import bucket_of, channel_key
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.rows import MESSAGE_COLUMNS, REVISION_COLUMNS, messages, revisions
from datasources.cassandra.waves import chunks, wave
from datasources.records.ids import MessageId, RoomId, split_message_id
from datasources.records.messages import HISTORY_MAXIMUM, Message

REVISIONS_AT_MOST: Final = HISTORY_MAXIMUM
_IDS_AT_ONCE: Final = 100

_BY_IDS: Final = Statement(
    f"SELECT {MESSAGE_COLUMNS} FROM $keyspace.messages"  # noqa: S608 - columns
    " WHERE channel_id = ? AND bucket = ? AND message_id IN ?"
)
_HISTORY: Final = Statement(
    f"SELECT {REVISION_COLUMNS} FROM $keyspace.message_history"  # noqa: S608 - columns
    f" WHERE channel_id = ? AND bucket = ? AND message_id = ? AND revision < ? LIMIT {REVISIONS_AT_MOST}"
)


class MessageReader:
    def __init__(self, cluster: CassandraCluster) -> None:
        self._cluster = cluster
        cluster.declare(_BY_IDS, _HISTORY)

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        partitions: defaultdict[tuple[RoomId, int], set[int]] = defaultdict(set)
        for channel_id, snowflake in filter(None, map(split_message_id, ids)):
            partitions[channel_id, bucket_of(snowflake)].add(snowflake)
        found = await wave(
            self._some_of_partition(channel_id, bucket, chunk)
            for (channel_id, bucket), snowflakes in partitions.items()
            for chunk in chunks(sorted(snowflakes), _IDS_AT_ONCE)
        )
        by_id = {message.id: message for part in found for message in part}
        return [by_id.get(message_id) for message_id in ids]

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        """The newest `REVISIONS_AT_MOST` of each. A second wave reads them, since the first says what is older."""
        standing = {message.id: message for message in await self.by_ids(ids) if message is not None}
        edited = [message for message in standing.values() if message.edited_at and not message.deleted_at]
        kept = await wave(self._revisions_before(message) for message in edited)
        by_id = dict(zip((message.id for message in edited), kept, strict=True))
        return [by_id.get(message_id, []) for message_id in ids]

    async def _some_of_partition(self, channel_id: RoomId, bucket: int, snowflakes: Sequence[int]) -> list[Message]:
        rows = await self._cluster.execute(_BY_IDS, channel_key(channel_id), bucket, snowflakes)
        return messages(channel_id, rows)

    async def _revisions_before(self, message: Message) -> list[Message]:
        rows = await self._cluster.execute(
            _HISTORY,
            channel_key(message.room_id),
            bucket_of(message.snowflake),
            message.snowflake,
            message.revision,
        )
        return revisions(message.room_id, reversed(rows))

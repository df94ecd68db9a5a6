"""Buckets: ten days of a channel's Snowflakes, the second half of a partition key."""

from typing import Final
from uuid import UUID

from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.records.ids import RoomId
from datasources.snowflakes import EPOCH_MS, milliseconds_of

BUCKET_MS: Final = 10 * 24 * 60 * 60 * 1000
BUCKETS_KNOWN: Final = 50_000

_ADD: Final = Statement("INSERT INTO $keyspace.channel_buckets (channel_id, bucket) VALUES (?, ?)")
# The limit is 80 years of messages in every bucket.
_OF_CHANNEL: Final = Statement("SELECT bucket FROM $keyspace.channel_buckets WHERE channel_id = ? LIMIT 3000")


def bucket_of(snowflake: int) -> int:
    return bucket_at(milliseconds_of(snowflake))


def bucket_at(unix_ms: int) -> int:
    return (unix_ms - EPOCH_MS) // BUCKET_MS


def channel_key(channel_id: RoomId) -> UUID:
    return UUID(hex=channel_id[4:])


class BucketDirectory:
    """Which buckets a channel has messages in, so that a sparse channel costs no reads of empty partitions."""

    def __init__(self, cluster: CassandraCluster) -> None:
        self._cluster = cluster
        self._known: dict[tuple[UUID, int], None] = {}
        cluster.declare(_ADD, _OF_CHANNEL)

    async def ensure(self, channel: UUID, bucket: int) -> None:
        """Writes the bucket down before its first message; spared where this process has done so already."""
        if (channel, bucket) in self._known:
            return
        await self._cluster.execute(_ADD, channel, bucket)
        self._known[channel, bucket] = None
        if len(self._known) > BUCKETS_KNOWN:
            del self._known[next(iter(self._known))]

    async def of_channel(self, channel: UUID) -> list[int]:
        """The channel's buckets, newest first."""
        return [bucket for (bucket,) in await self._cluster.execute(_OF_CHANNEL, channel)]

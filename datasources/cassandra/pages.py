"""Pages of many channels at once, in waves of concurrent reads.

The first wave reads the directories of the channels, the bucket of each cursor, and on its far side whether there is
anything; where a page is not full after that, the next waves read the buckets that the directory names.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from datasources.cassandra.buckets import BucketDirectory, bucket_at, bucket_of, channel_key
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.rows import MESSAGE_COLUMNS, messages
from datasources.cassandra.scans import Read, Scan
from datasources.records.ids import SNOWFLAKE_MAX, RoomId
from datasources.records.messages import Message
from datasources.records.pages import Edge, Page, PageArguments, page_of

_OLDER: Final = Statement(
    f"SELECT {MESSAGE_COLUMNS} FROM $keyspace.messages"  # noqa: S608 - columns
    " WHERE channel_id = ? AND bucket = ? AND message_id > ? AND message_id < ? LIMIT ?"
)
_NEWER: Final = Statement(
    f"SELECT {MESSAGE_COLUMNS} FROM $keyspace.messages"  # noqa: S608 - columns
    " WHERE channel_id = ? AND bucket = ? AND message_id > ? AND message_id < ?"
    " ORDER BY message_id ASC LIMIT ?"
)


class PageReader:
    def __init__(self, cluster: CassandraCluster, directory: BucketDirectory) -> None:
        self._cluster = cluster
        self._directory = directory
        cluster.declare(_OLDER, _NEWER)

    async def pages(
        self, requests: Sequence[tuple[RoomId, PageArguments]], now_ms: int
    ) -> list[Page[Message] | Exception]:
        readings = [_Reading.begin(channel_id, arguments, now_ms) for channel_id, arguments in requests]
        directories = await self._wave(readings, [reading.channel_id for reading in readings])
        for reading in readings:
            reading.learn_buckets(directories[reading.channel_id])
        while any(reading.open for reading in readings):
            await self._wave(readings, ())
            for reading in readings:
                reading.advance()
        return [reading.page() for reading in readings]

    async def _wave(
        self, readings: Sequence["_Reading"], channel_ids: Sequence[RoomId]
    ) -> dict[RoomId, list[int] | BaseException]:
        distinct = list(dict.fromkeys(channel_ids))
        reads = [
            (reading, scan, read)
            for reading in readings
            if reading.failure is None
            for scan in reading.scans
            for read in scan.reads()
        ]
        answers: list[Any] = await asyncio.gather(
            *(self._directory.of_channel(channel_key(channel_id)) for channel_id in distinct),
            *(self._read(read) for _, _, read in reads),
            return_exceptions=True,
        )
        for (reading, scan, read), answer in zip(reads, answers[len(distinct) :], strict=True):
            if isinstance(answer, BaseException):
                reading.fail(answer)
            else:
                scan.answer(read, answer)
        return dict(zip(distinct, answers, strict=False))

    async def _read(self, read: Read) -> list[Message]:
        statement = _OLDER if read.descending else _NEWER
        rows = await self._cluster.execute(
            statement, channel_key(read.channel_id), read.bucket, read.above, read.below, read.limit
        )
        return messages(read.channel_id, rows)


@dataclass(slots=True)
class _Reading:
    """One page under way: the scan for its messages, and one beyond each cursor for `PageInfo`."""

    channel_id: RoomId
    arguments: PageArguments
    main: Scan
    older: Scan | None
    newer: Scan | None
    failure: Exception | None = None

    @classmethod
    def begin(cls, channel_id: RoomId, arguments: PageArguments, now_ms: int) -> "_Reading":
        above = -1 if arguments.after is None else int(arguments.after)
        below = SNOWFLAKE_MAX if arguments.before is None else int(arguments.before)
        if arguments.from_end:
            first_bucket = min(bucket_of(below), bucket_at(now_ms))
        elif arguments.after is None:
            first_bucket = _bucket_of_creation(channel_id, now_ms)
        else:
            first_bucket = bucket_of(above)
        return cls(
            channel_id,
            arguments,
            Scan(channel_id, arguments.size + 1, first_bucket, arguments.from_end, above, below),
            None
            if arguments.after is None
            else Scan(channel_id, 1, bucket_of(above), descending=True, below=min(above + 1, SNOWFLAKE_MAX)),
            None
            if arguments.before is None
            else Scan(channel_id, 1, min(bucket_of(below), bucket_at(now_ms)), above=below - 1),
        )

    @property
    def scans(self) -> list[Scan]:
        return [scan for scan in (self.main, self.older, self.newer) if scan is not None]

    @property
    def open(self) -> bool:
        return self.failure is None and any(not scan.done for scan in self.scans)

    def fail(self, error: BaseException) -> None:
        if not isinstance(error, Exception):
            raise error
        self.failure = error

    def learn_buckets(self, directory: list[int] | BaseException) -> None:
        if isinstance(directory, BaseException):
            self.fail(directory)
            return
        for scan in self.scans:
            scan.learn_buckets(directory)
        self.advance()

    def advance(self) -> None:
        for scan in self.scans:
            scan.advance()

    def page(self) -> Page[Message] | Exception:
        if self.failure is not None:
            return self.failure
        size = self.arguments.size
        shown = self.main.found[:size]
        more = len(self.main.found) > size or self.main.cut_short
        has_next = self.newer is not None and self.newer.any_found
        has_previous = self.older is not None and self.older.any_found
        if self.arguments.from_end:
            shown.reverse()
            has_previous = has_previous or more
        else:
            has_next = has_next or more
        return page_of([Edge(message.id, message) for message in shown], has_next=has_next, has_previous=has_previous)


def _bucket_of_creation(channel_id: RoomId, now_ms: int) -> int:
    """The bucket in which the channel was made, as its UUID of version 7 says; a guess, and never one in the future."""
    return bucket_at(min(int(channel_id[4:16], 16), now_ms))

"""One scan: the next live messages of a channel from a position on, older or newer, through its buckets.

A scan says what to read next and is given what was read; it sends nothing itself, so that the scans of many channels
go out together, wave by wave. Several buckets are read ahead at once, twice as many in each wave. In the first wave the
directory of the channel's buckets is still under way, and the bucket that most likely holds the answer is read beside.
"""

from dataclasses import dataclass, field
from typing import Final

from datasources.cassandra.buckets import bucket_of
from datasources.records.ids import SNOWFLAKE_MAX, RoomId
from datasources.records.messages import Message

# Some rows are deleted messages: a few more than wanted spare a wave.
_SPARE_ROWS: Final = 2
_ROWS_AT_ONCE: Final = 1000
_BUCKETS_AT_ONCE: Final = 8
# Rows read before a scan stops looking beyond deleted messages, and answers that there may be more.
_ROWS_AT_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Read:
    """Rows of one partition to be read: above < message_id < below."""

    channel_id: RoomId
    bucket: int
    above: int
    below: int
    descending: bool
    limit: int


@dataclass(slots=True)
class Scan:
    """The first `wanted` live messages with above < id < below, counted from the end where `descending`."""

    channel_id: RoomId
    wanted: int
    first_bucket: int
    descending: bool = False
    above: int = -1
    below: int = SNOWFLAKE_MAX
    found: list[Message] = field(default_factory=list)
    cut_short: bool = False
    _pending: list[int] | None = None
    _answers: dict[int, tuple[list[Message], bool]] = field(default_factory=dict)
    _width: int = 1
    _rows: int = 0
    _deleted: int = 0

    @property
    def done(self) -> bool:
        return len(self.found) >= self.wanted or self.cut_short or self._pending == []

    @property
    def any_found(self) -> bool:
        """Whether there is, or may be, a message."""
        return bool(self.found) or self.cut_short

    def reads(self) -> list[Read]:
        """What to read in the next wave."""
        if self.done:
            return []
        if self._pending is None:
            buckets = [self.first_bucket]
        else:
            buckets = [bucket for bucket in self._pending if bucket not in self._answers][: self._width]
            self._width = min(2 * self._width, _BUCKETS_AT_ONCE)
        limit = min(self.wanted - len(self.found) + _SPARE_ROWS + 2 * self._deleted, _ROWS_AT_ONCE)
        return [Read(self.channel_id, bucket, self.above, self.below, self.descending, limit) for bucket in buckets]

    def answer(self, read: Read, messages: list[Message]) -> None:
        """Takes what was read, in the scan's order."""
        self._rows += len(messages)
        self._answers[read.bucket] = (messages, len(messages) == read.limit)

    def learn_buckets(self, directory: list[int]) -> None:
        """Takes the directory, read in the first wave."""
        first, last = bucket_of(self.above + 1), bucket_of(self.below - 1)
        buckets = {bucket for bucket in directory if first <= bucket <= last}
        # A bucket that came to be in between may be in the rows and not yet in the directory.
        buckets.update(bucket for bucket, (messages, _) in self._answers.items() if messages)
        self._pending = sorted(buckets, reverse=self.descending)

    def advance(self) -> None:
        """Takes over what has been read, up to the first bucket that is still missing."""
        while self._pending and self._pending[0] in self._answers and len(self.found) < self.wanted:
            messages, more = self._answers.pop(self._pending[0])
            live = [message for message in messages if message.deleted_at is None]
            self._deleted += len(messages) - len(live)
            self.found.extend(live)
            if more:
                self._go_on_after(messages[-1].snowflake)
            else:
                del self._pending[0]
        del self.found[self.wanted :]
        if self._rows > _ROWS_AT_MOST and not self.done:
            self.cut_short = True

    def _go_on_after(self, snowflake: int) -> None:
        if self.descending:
            self.below = snowflake
        else:
            self.above = snowflake

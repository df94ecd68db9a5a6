"""What one stream has delivered, so that nothing comes twice and nothing goes back in time."""

from typing import Final

from datasources.records.changes import RoomEvent, identity, rank
from datasources.snowflakes import milliseconds_of

TIMELY_MS: Final = 4_000
"""An event that takes longer to become visible is logged again under a fresh id before anybody is acknowledged."""

OVERLAP_MS: Final = 16_000
"""The log is read again from so long before a cursor, since ids of several processes become visible out of order.

An event lies behind the newest cursor by what two clocks differ (each by 2 s from PostgreSQL's), by `TIMELY_MS`, and
where its process died before it told anybody by the 4 s until others notice that: 12 s, and the rest is for reading.
"""

REMEMBERED_MS: Final = 4 * OVERLAP_MS
REMEMBERED_RECORDS: Final = 1 << 16

_Identity = tuple[type, str, str]


class Fold:
    """Admits each revision of a record once and in order; what is final, such as a deletion, wins over any revision.

    Remembers the records whose events are at most 64 s older than the newest one, and at most 65,536 of them.
    """

    __slots__ = ("_newest", "_seen")

    def __init__(self) -> None:
        self._seen: dict[_Identity, tuple[tuple[bool, int], int]] = {}
        self._newest = 0

    def admit(self, event: RoomEvent) -> bool:
        """Whether this event is news to the stream; it counts as delivered from now on."""
        record, offered = identity(event.change), rank(event.change)
        seen = self._seen.pop(record, None)
        if seen is not None and (seen[0] >= offered or seen[0][0]):
            self._seen[record] = (seen[0], max(seen[1], event.snowflake))
            return False
        self._seen[record] = (offered, event.snowflake)
        if event.snowflake > self._newest:
            self._newest = event.snowflake
            self._forget()
        return True

    def __len__(self) -> int:
        return len(self._seen)

    def _forget(self) -> None:
        oldest_ms = milliseconds_of(self._newest) - REMEMBERED_MS
        while self._seen:
            record = next(iter(self._seen))
            if len(self._seen) <= REMEMBERED_RECORDS and milliseconds_of(self._seen[record][1]) >= oldest_ms:
                return
            del self._seen[record]

"""What one stream has delivered, so that nothing comes twice and nothing goes back in time."""

from typing import Final

from datasources.records.messages import ChannelEvent, EventKind
from datasources.snowflakes import milliseconds_of

# The log is read again from so long before a cursor: ids of several processes become visible out of order.
OVERLAP_MS: Final = 8_000
REMEMBERED_MS: Final = 8 * OVERLAP_MS
REMEMBERED_MESSAGES: Final = 1 << 16

_DELETED: Final = 1 << 63


class Fold:
    """Admits each revision of a message once and in order; a deletion wins over any revision.

    Remembers the messages whose events are at most 64 s older than the newest one, and at most 65,536 of them.
    """

    __slots__ = ("_newest", "_seen")

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, int]] = {}
        self._newest = 0

    def admit(self, event: ChannelEvent) -> bool:
        """Whether this event is news to the stream; it counts as delivered from now on."""
        message = event.message
        rank = _DELETED if event.kind is EventKind.MESSAGE_DELETED else message.revision
        seen = self._seen.pop(message.snowflake, None)
        if seen is not None and seen[0] >= rank:
            self._seen[message.snowflake] = (seen[0], max(seen[1], event.snowflake))
            return False
        self._seen[message.snowflake] = (rank, event.snowflake)
        if event.snowflake > self._newest:
            self._newest = event.snowflake
            self._forget()
        return True

    def __len__(self) -> int:
        return len(self._seen)

    def _forget(self) -> None:
        oldest_ms = milliseconds_of(self._newest) - REMEMBERED_MS
        while self._seen:
            message = next(iter(self._seen))
            if len(self._seen) <= REMEMBERED_MESSAGES and milliseconds_of(self._seen[message][1]) >= oldest_ms:
                return
            del self._seen[message]

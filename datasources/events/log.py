"""The log of a channel, as its readers in this process share it."""

import logging
from asyncio import Semaphore, sleep, timeout
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from typing import Final

from datasources.errors import Unavailable
from datasources.events.fold import OVERLAP_MS
from datasources.records.ids import ChannelId
from datasources.records.messages import ChannelEvent
from datasources.snowflakes import EPOCH_MS, first_of, milliseconds_of
from datasources.stores import MessageStore

PAGE: Final = 500
READ_SECONDS: Final = 10.0
READS_AT_ONCE: Final = 8
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0
REPAIRS_REMEMBERED: Final = 4_096
# A message of another partition than its event was written apart from it, and may be behind. Source: consistency.md.
BUCKET_MS: Final = 10 * 24 * 3600 * 1000

_log = logging.getLogger(__name__)


def before(snowflake: int) -> int:
    """The cursor from which a reader that has come to this place reads on, with the overlap."""
    return first_of(milliseconds_of(snowflake) - OVERLAP_MS)


class EventLog:
    """Reads events after a Snowflake, at most eight pages at once, and repairs the messages that are behind them."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store
        self._slots = Semaphore(READS_AT_ONCE)
        self._repaired: OrderedDict[tuple[int, int], None] = OrderedDict()

    async def start(self, channel_id: ChannelId) -> int:
        """The Snowflake before which events are gone; waits while the store is away."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with timeout(READ_SECONDS):
                    return await self._store.log_start(channel_id)
            except (Unavailable, TimeoutError) as error:
                pause = await _wait(pause, error)

    async def page(self, channel_id: ChannelId, after: int) -> list[ChannelEvent]:
        """At most `PAGE` events in order; fewer are the last ones. Raises `Unavailable`."""
        try:
            async with timeout(READ_SECONDS), self._slots:
                events = await self._store.events(channel_id, after, PAGE)
                await self._repair(events)
                return events
        except TimeoutError as error:
            raise Unavailable("messages", f"no answer from the log in {READ_SECONDS} s") from error

    async def pages(self, channel_id: ChannelId, after: int) -> AsyncIterator[list[ChannelEvent]]:
        """All that is in the log; waits where it is while the store is away, and skips nothing."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                events = await self.page(channel_id, after)
            except Unavailable as error:
                pause = await _wait(pause, error)
                continue
            pause = FIRST_PAUSE_SECONDS
            if events:
                yield events
            if len(events) < PAGE:
                return
            after = events[-1].snowflake

    async def _repair(self, events: Sequence[ChannelEvent]) -> None:
        behind = [event for event in events if _crosses(event) and self._repair_key(event) not in self._repaired]
        if not behind:
            return
        await self._store.apply([event.message for event in behind])
        self._repaired.update((self._repair_key(event), None) for event in behind)
        while len(self._repaired) > REPAIRS_REMEMBERED:
            self._repaired.popitem(last=False)

    @staticmethod
    def _repair_key(event: ChannelEvent) -> tuple[int, int]:
        return event.message.snowflake, event.message.revision


def _crosses(event: ChannelEvent) -> bool:
    return _bucket(event.snowflake) != _bucket(event.message.snowflake)


def _bucket(snowflake: int) -> int:
    return (milliseconds_of(snowflake) - EPOCH_MS) // BUCKET_MS


async def _wait(pause: float, error: Exception) -> float:
    _log.warning("the log cannot be read, trying again in %s s: %s", pause, error)
    await sleep(pause)
    return min(2 * pause, LONGEST_PAUSE_SECONDS)

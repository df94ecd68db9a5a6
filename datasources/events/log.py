"""The log of a channel, as its readers in this process share it."""

import logging
from asyncio import Semaphore, sleep, timeout
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from datasources.errors import Unavailable
from datasources.events.fold import OVERLAP_MS
from datasources.records.ids import ChannelId, MessageId
from datasources.records.messages import ChannelEvent, EventKind, Message
from datasources.snowflakes import first_of, milliseconds_of
from datasources.stores import MessageStore

PAGE: Final = 500
READ_SECONDS: Final = 10.0
READS_AT_ONCE: Final = 8
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0

_log = logging.getLogger(__name__)


def before(snowflake: int) -> int:
    """The cursor from which a reader that has come to this place reads on, with the overlap."""
    return first_of(milliseconds_of(snowflake) - OVERLAP_MS)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events in order, as they were logged, and those of their messages that were deleted when the page was read."""

    events: Sequence[ChannelEvent]
    deleted: frozenset[MessageId]

    def shows(self, event: ChannelEvent) -> bool:
        """Whether a stream may deliver this event: of a deleted message only the deletion, since its text is gone."""
        return event.kind is EventKind.MESSAGE_DELETED or event.message.id not in self.deleted


class EventLog:
    """Reads events after a Snowflake, at most eight pages at once, and repairs the messages that are behind them.

    Where an event and its message are two writes, a process may have died between them. Source: consistency.md.
    """

    def __init__(self, store: MessageStore) -> None:
        self._store = store
        self._slots = Semaphore(READS_AT_ONCE)

    async def start(self, channel_id: ChannelId) -> int:
        """The Snowflake before which events are gone; waits while the store is away."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with timeout(READ_SECONDS):
                    return await self._store.log_start(channel_id)
            except (Unavailable, TimeoutError) as error:
                pause = await _wait(pause, error)

    async def page(self, channel_id: ChannelId, after: int) -> LogPage:
        """At most `PAGE` events in order; fewer are the last ones. Raises `Unavailable`."""
        try:
            async with timeout(READ_SECONDS), self._slots:
                events = await self._store.events(channel_id, after, PAGE)
                return LogPage(events, await self._repair(events))
        except TimeoutError as error:
            raise Unavailable("messages", f"no answer from the log in {READ_SECONDS} s") from error

    async def pages(self, channel_id: ChannelId, after: int) -> AsyncIterator[LogPage]:
        """All that is in the log, no page empty; waits where it is while the store is away, and skips nothing."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                page = await self.page(channel_id, after)
            except Unavailable as error:
                pause = await _wait(pause, error)
                continue
            pause = FIRST_PAUSE_SECONDS
            if page.events:
                yield page
            if len(page.events) < PAGE:
                return
            after = page.events[-1].snowflake

    async def _repair(self, events: Sequence[ChannelEvent]) -> frozenset[MessageId]:
        """Brings the messages of these events up to them; gives those that are deleted."""
        latest: dict[MessageId, Message] = {}
        for message in (event.message for event in events):
            if message.id not in latest or _rank(latest[message.id]) < _rank(message):
                latest[message.id] = message
        if not latest:
            return frozenset()
        stored = await self._store.by_ids(list(latest))
        behind = [message for message, found in zip(latest.values(), stored, strict=True) if _is_behind(found, message)]
        if behind:
            await self._store.apply(behind)
        known = (*behind, *filter(None, stored))
        return frozenset(message.id for message in known if message.deleted_at is not None)


def _rank(message: Message) -> tuple[bool, int]:
    return message.deleted_at is not None, message.revision


def _is_behind(found: Message | None, message: Message) -> bool:
    if found is None:
        return True
    return found.deleted_at is None and _rank(found) < _rank(message)


async def _wait(pause: float, error: Exception) -> float:
    _log.warning("the log cannot be read, trying again in %s s: %s", pause, error)
    await sleep(pause)
    return min(2 * pause, LONGEST_PAUSE_SECONDS)

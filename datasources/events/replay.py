"""A stream that takes up where another one ended: what the log holds after a cursor, then what its feed delivers."""

import logging
from asyncio import sleep
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from datasources.errors import Unavailable
from datasources.events.feeds import Feed, Listener
from datasources.events.fold import REMEMBERED_MS, Fold
from datasources.events.log import EventLog, LogPage, before, shared
from datasources.records.changes import RoomEvent
from datasources.records.ephemeral import Typing
from datasources.snowflakes import first_of, milliseconds_of, unix_ms

RETRY_SECONDS: Final = 0.5

_log = logging.getLogger(__name__)


HandOver = Callable[[Callable[[RoomEvent | Typing], bool]], object]
"""Takes what a feed delivers from this moment on, with what says of each event whether it is news. Must not wait."""


class Replay:
    """The events after a cursor, from `OVERLAP_MS` before it on, each once; then those of the feed.

    Of a message that is deleted by the time the log is read only the deletion comes. Where to begin is rounded down
    to a place that other streams have too, so that they share reads; what is before its own place is passed over.

    The long way is read without listening, since a listener's queue would overflow meanwhile. What became visible while
    it was read is read once more while listening; the feed's events are then folded with what the log gave, until they
    are so far beyond it that nothing of it can come again.
    """

    def __init__(self, feed: Feed, log: EventLog, after: int, *, ephemeral: bool = False) -> None:
        self._feed = feed
        self._ephemeral = ephemeral
        self._log = log
        self._first = before(after)
        self._last = self._first
        self._fold: Fold | None = Fold()

    async def events(self, hand_over: HandOver | None = None) -> AsyncGenerator[RoomEvent | Typing, None]:
        """With `hand_over` only those up to now: it is called at the end, when nothing waits any more."""
        began = first_of(unix_ms())
        async for page in self._log.pages(self._feed.room_id, shared(self._first)):
            for event in self._news(page):
                yield event
        again = shared(max(self._first, before(min(began, self._last))))
        while True:
            with self._feed.listen() as listener:
                position: int | None = again
                while position is not None and (found := await self._page(position)) is not None:
                    position = None if found.is_last else found.events[-1].snowflake
                    for event in self._news(found):
                        yield event
                if position is None:
                    if self._ephemeral:
                        self._feed.whisper_to(listener)
                    async with aclosing(up_to_now(listener, self._is_news, hand_over)) as heard:
                        async for news in heard:
                            yield news
                    return
            # Not listening meanwhile: the queue would overflow, and the log has it all.
            await sleep(RETRY_SECONDS)

    async def _page(self, after: int) -> LogPage | None:
        try:
            return await self._log.page(self._feed.room_id, after)
        except Unavailable as error:
            _log.warning("a stream waits for the log of %s: %s", self._feed.room_id, error)
            return None

    def _news(self, page: LogPage) -> list[RoomEvent]:
        if page.events:
            self._last = max(self._last, page.events[-1].snowflake)
        # What is not shown is admitted all the same: the feed may still bring it.
        asked = [event for event in page.events if event.snowflake > self._first]
        news = [event for event in asked if self._fold is None or self._fold.admit(event)]
        return [event for event in news if page.shows(event)]

    def _is_news(self, event: RoomEvent | Typing) -> bool:
        """Whether an event of the feed has not come from the log before."""
        if isinstance(event, Typing):
            return True
        if self._first < event.snowflake <= before(before(self._last)):
            return False
        if self._fold is not None and milliseconds_of(event.snowflake) > milliseconds_of(self._last) + REMEMBERED_MS:
            self._fold = None
        return self._fold is None or self._fold.admit(event)


async def up_to_now(
    listener: Listener, is_news: Callable[[RoomEvent | Typing], bool], hand_over: HandOver | None
) -> AsyncGenerator[RoomEvent | Typing, None]:
    """What a listener hears, for ever or until all of it was taken: nothing can come between that and `hand_over`."""
    while hand_over is None or not listener.read:
        try:
            event = await anext(listener)
        except StopAsyncIteration:
            return
        if is_news(event):
            yield event
    hand_over(is_news)

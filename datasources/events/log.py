"""The log of a room, as its readers in this process share it."""

import logging
from asyncio import CancelledError, Future, Semaphore, Task, create_task, get_running_loop, sleep, timeout, wait
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from datasources.errors import Unavailable
from datasources.events.fold import OVERLAP_MS
from datasources.events.tasks import end
from datasources.records.changes import (
    Change,
    EventKind,
    Grading,
    Pin,
    Reaction,
    RoomEvent,
    Unreadable,
    folded,
    rank,
)
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import Message
from datasources.snowflakes import first_of, milliseconds_of
from datasources.stores import RoomStore

PAGE: Final = 500
READ_SECONDS: Final = 10.0
READS_AT_ONCE: Final = 8
SHARED_MS: Final = 2_000
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0

_log = logging.getLogger(__name__)


def before(snowflake: int) -> int:
    """The cursor from which a reader that has come to this place reads on, with the overlap."""
    return first_of(milliseconds_of(snowflake) - OVERLAP_MS)


def shared(position: int) -> int:
    """A place not after this one and less than two seconds before it, where others begin to read too."""
    return first_of(milliseconds_of(position) // SHARED_MS * SHARED_MS)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events in order, as they were logged, and those of their messages that were deleted when the page was read."""

    events: Sequence[RoomEvent]
    deleted: frozenset[MessageId]

    @property
    def is_last(self) -> bool:
        return len(self.events) < PAGE

    def shows(self, event: RoomEvent) -> bool:
        """Whether a stream may deliver this event: of a deleted message only the deletion, since its text is gone."""
        if event.kind is EventKind.UNREADABLE:
            return False
        return event.kind is EventKind.MESSAGE_DELETED or _message_of(event.change) not in self.deleted


_Place = tuple[RoomId, int]


class EventLog:
    """Reads events after a Snowflake, at most eight pages at once, and repairs the records that are behind them.

    Where an event and its record are two writes, a process may have died between them. Source: consistency.md.

    Those who ask for one page at the same time share a read of it, and none is given a read that began before they
    asked: while one is under way, all who come wait for the next.
    """

    def __init__(self, store: RoomStore) -> None:
        self._store = store
        self._slots = Semaphore(READS_AT_ONCE)
        self._waiting: dict[_Place, Future[LogPage | Exception]] = {}
        self._reading: dict[_Place, Task[None]] = {}

    async def stop(self) -> None:
        """Ends all reads, and the waits for them."""
        await end(list(self._reading.values()))
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()
        self._reading.clear()

    async def start(self, room_id: RoomId) -> int:
        """The Snowflake before which events are gone; waits while the store is away."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with timeout(READ_SECONDS):
                    return await self._store.log_start(room_id)
            except (Unavailable, TimeoutError) as error:
                pause = await _wait(pause, error)

    async def page(self, room_id: RoomId, after: int) -> LogPage:
        """At most `PAGE` events in order; fewer are the last ones. Raises `Unavailable`."""
        place = (room_id, after)
        waiting = self._waiting.get(place)
        if waiting is None:
            waiting = self._waiting[place] = get_running_loop().create_future()
        if place not in self._reading:
            self._reading[place] = create_task(self._serve(place), name=f"log-{room_id}")
        # Others may wait for the same page: it is not cancelled with one of them.
        await wait({waiting})
        found = waiting.result()
        if isinstance(found, Exception):
            raise found
        return found

    async def _serve(self, place: _Place) -> None:
        """Reads this page until nobody has come meanwhile who waits for it."""
        try:
            while (waiting := self._waiting.pop(place, None)) is not None:
                try:
                    waiting.set_result(await self._read(*place))
                except Exception as error:  # noqa: BLE001 # handed to all who wait
                    waiting.set_result(error)
                except CancelledError:
                    waiting.cancel()
                    raise
        finally:
            self._reading.pop(place, None)
            if (left := self._waiting.pop(place, None)) is not None:
                left.cancel()

    async def _read(self, room_id: RoomId, after: int) -> LogPage:
        try:
            async with timeout(READ_SECONDS), self._slots:
                events = await self._store.events(room_id, after, PAGE)
                return LogPage(events, await self._repair(events))
        except TimeoutError as error:
            raise Unavailable("messages", f"no answer from the log in {READ_SECONDS} s") from error

    async def pages(self, room_id: RoomId, after: int) -> AsyncIterator[LogPage]:
        """All that is in the log, no page empty; waits where it is while the store is away, and skips nothing."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                page = await self.page(room_id, after)
            except Unavailable as error:
                pause = await _wait(pause, error)
                continue
            pause = FIRST_PAUSE_SECONDS
            if page.events:
                yield page
            if page.is_last:
                return
            after = page.events[-1].snowflake

    async def _repair(self, events: Sequence[RoomEvent]) -> frozenset[MessageId]:
        """Brings the records of these events up to them; gives the messages among them that are deleted."""
        # A person's log tells of what belongs to other rooms, where it is mended.
        own = [event.change for event in events if event.change.room_id == event.room_id]
        latest = list(folded(change for change in own if not isinstance(change, Unreadable)).values())
        stored = await self._store.stored(latest) if latest else []
        behind = [
            change for change, found in zip(latest, stored, strict=True) if found is None or rank(found) < rank(change)
        ]
        if behind:
            await self._store.apply(behind)
        standing: dict[MessageId, Message] = {
            change.id: change for change in (*filter(None, stored), *behind) if isinstance(change, Message)
        }
        named = {message_id for event in events if (message_id := _message_of(event.change)) is not None}
        others = [message_id for message_id in named if message_id not in standing]
        found_others = await self._store.by_ids(others) if others else []
        known = (*standing.values(), *filter(None, found_others))
        return frozenset(message.id for message in known if message.deleted_at is not None)


def _message_of(change: Change) -> MessageId | None:
    match change:
        case Message():
            return change.id
        case Reaction() | Pin() | Grading():
            return change.message_id
        case _:
            return None


async def _wait(pause: float, error: Exception) -> float:
    _log.warning("the log cannot be read, trying again in %s s: %s", pause, error)
    await sleep(pause)
    return min(2 * pause, LONGEST_PAUSE_SECONDS)

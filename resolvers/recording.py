"""Changes of rooms: made durable, then told. Source: consistency.md, on events."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from datasources.errors import Unavailable
from datasources.events.fold import TIMELY_MS
from datasources.records.changes import Change, EventKind, RoomEvent
from datasources.records.ids import RoomId, UserId, event_cursor
from datasources.records.messages import Message
from datasources.snowflakes import datetime_of
from datasources.stores import RoomStore

ATTEMPTS_TO_BE_TIMELY: Final = 3


class Publisher(Protocol):
    async def publish(self, event: RoomEvent) -> None:
        """Tells those who listen; a broker that is away is no error, since the log has the event."""

    def doubt(self, room_id: RoomId) -> None:
        """Has those who listen look into the log."""


class Recorder:
    """Writes changes with their events. `next_snowflake` raises `ClockUnsafe` where this process may make none."""

    def __init__(self, store: RoomStore, publisher: Publisher, next_snowflake: Callable[[], int]) -> None:
        self._store = store
        self._publisher = publisher
        self.next_snowflake = next_snowflake

    async def record(
        self, kind: EventKind, change: Change, *, quiet: bool = False, previous: Message | None = None
    ) -> RoomEvent:
        """Makes the change durable, then tells of it, unless it is `quiet`. Gives its event."""
        (event,) = await self._write(lambda: [self._event(kind, change.room_id, change, quiet, previous)])
        return event

    async def tell(self, kind: EventKind, change: Change, people: Iterable[UserId]) -> None:
        """Notes the change in the logs of these people, and tells each of it."""
        rooms = list(people)
        if rooms:
            await self._write(
                lambda: [self._event(kind, user_id, change, quiet=False, previous=None) for user_id in rooms]
            )

    async def _write(self, new: Callable[[], list[RoomEvent]]) -> list[RoomEvent]:
        """A reader that resumes looks back for so long that an event which became visible within `TIMELY_MS` is seen.
        One that took longer may be behind a cursor that somebody has already: it is logged again, under a fresh id,
        before anybody is acknowledged.
        """
        for _ in range(ATTEMPTS_TO_BE_TIMELY):
            # Before the ids are made: they are as old as that, wherever this process is held up.
            began = time.monotonic()
            events = new()
            try:
                written = await self._store.write_many(events) if events[1:] else [await self._store.write(events[0])]
            except BaseException:
                # They may be durable all the same; then nobody else would tell of them.
                for event in events:
                    self._publisher.doubt(event.room_id)
                raise
            if (time.monotonic() - began) * 1_000 < TIMELY_MS:
                break
        else:
            raise Unavailable("messages", "it takes too long to write an event")
        await asyncio.gather(*(self._publisher.publish(event) for event in written if not event.quiet))
        return written

    def _event(
        self, kind: EventKind, room_id: RoomId, change: Change, quiet: bool, previous: Message | None
    ) -> RoomEvent:
        snowflake = self.next_snowflake()
        return RoomEvent(
            room_id=room_id,
            snowflake=snowflake,
            kind=kind,
            at=datetime_of(snowflake),
            change=change,
            cursor=event_cursor(room_id, snowflake),
            quiet=quiet,
            previous=previous,
        )


def next_revision(stored: int) -> int:
    """Later than what is stored, and the clock's microseconds where those are later still."""
    return max(time.time_ns() // 1_000, stored + 1)

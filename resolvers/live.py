"""Live events of rooms: at least once, in the order of each record's revisions, and no silent gap.

A stream subscribes first, then reads the log, then goes on live. Source: consistency.md.
"""

from asyncio import Task, create_task
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog

from datasources.events.feeds import Feed, Listener, topic_of
from datasources.events.hub import Hub
from datasources.events.log import EventLog
from datasources.events.replay import HandOver, Replay, up_to_now
from datasources.events.tasks import end
from datasources.records.changes import RoomEvent
from datasources.records.encoding import encode_event
from datasources.records.ephemeral import Typing, encode_typing
from datasources.records.ids import RoomId
from datasources.stores import RoomStore
from resolvers.clock import now

_log: Any = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gap:
    """Events from before `at` are missing in this stream: the log no longer holds what followed its cursor."""

    at: datetime
    cursor: None = None


class Live:
    """One feed a room that anybody listens to, for as long as anybody does."""

    def __init__(self, hub: Hub, rooms: RoomStore) -> None:
        self._hub = hub
        self._log = EventLog(rooms)
        self._feeds: dict[RoomId, Feed] = {}
        self._tasks: set[Task[None]] = set()

    async def stop(self) -> None:
        """Ends all streams."""
        await end(list(self._tasks))
        await self._log.stop()

    async def publish(self, event: RoomEvent) -> None:
        """Tells the listeners of all processes of an event that is in the log; an outage of the broker is no error."""
        await self._hub.publish(topic_of(event.room_id), encode_event(event))

    def doubt(self, room_id: RoomId) -> None:
        """Has all listeners look into the log: an event whose write failed may be there all the same."""
        self._hub.nudge(topic_of(room_id))

    async def whisper(self, typing: Typing) -> None:
        """Tells those who want to hear it of something that is logged nowhere, and is lost on those who cannot hear."""
        await self._hub.publish(topic_of(typing.room_id), encode_typing(typing), durable=False)

    async def channel_events(self, room_id: RoomId, after: int | None) -> AsyncGenerator[RoomEvent | Gap, None]:
        """What `listening` gives, from the first step of the iteration on. Close it with `aclose`."""
        async with self.listening(room_id, after) as events:
            async for event in events:
                yield event

    @asynccontextmanager
    async def listening(self, room_id: RoomId, after: int | None) -> AsyncIterator[AsyncIterator[RoomEvent | Gap]]:
        """A stream that, once entered, misses nothing that is acknowledged from then on.

        `after` is the Snowflake of a cursor: what the log holds after it comes first, together with what came
        `OVERLAP_MS` before it, since ids of several processes become visible out of order. None begins now. Raises
        `SlowSubscriber` while iterating, when too much has waited to be taken.
        """
        async with self._stream(room_id, after, ephemeral=False) as events:
            yield cast("AsyncIterator[RoomEvent | Gap]", events)  # nothing ephemeral was asked for

    @asynccontextmanager
    async def overhearing(
        self, room_id: RoomId, after: int | None
    ) -> AsyncIterator[AsyncIterator[RoomEvent | Gap | Typing]]:
        """As `listening`, with what is whispered while the stream is live."""
        async with self._stream(room_id, after, ephemeral=True) as events:
            yield events

    @asynccontextmanager
    async def tuned_in(self, room_id: RoomId) -> AsyncIterator[Listener]:
        """As `overhearing` from now on; the listener says how many events wait to be taken."""
        async with self._serving(room_id) as feed:
            with feed.listen() as listener:
                feed.whisper_to(listener)
                yield listener

    async def catch_up(
        self, room_id: RoomId, after: int, hand_over: HandOver
    ) -> AsyncGenerator[RoomEvent | Gap | Typing, None]:
        """What `listening` gives, up to where it is live: there it calls `hand_over`, and ends.

        What is handed over begins with the event that follows the last one given. Close it with `aclose`.
        """
        async with (
            self._serving(room_id) as feed,
            aclosing(self._resumed(feed, after, ephemeral=False, hand_over=hand_over)) as events,
        ):
            async for event in events:
                yield event

    @asynccontextmanager
    async def _stream(
        self, room_id: RoomId, after: int | None, *, ephemeral: bool
    ) -> AsyncIterator[AsyncIterator[RoomEvent | Gap | Typing]]:
        async with self._serving(room_id) as feed:
            if after is None:
                with feed.listen() as listener:
                    if ephemeral:
                        feed.whisper_to(listener)
                    yield listener
            else:
                async with aclosing(self._resumed(feed, after, ephemeral=ephemeral)) as events:
                    yield events

    @asynccontextmanager
    async def _serving(self, room_id: RoomId) -> AsyncIterator[Feed]:
        feed = self._feeds.get(room_id)
        # One that broke stays for as long as somebody who heard by it has not noticed.
        if feed is None or feed.task.done():
            feed = self._feeds[room_id] = Feed(room_id, self._hub, self._log)
            feed.task = create_task(feed.run(), name=f"live-{room_id}")
            self._tasks.add(feed.task)
            feed.task.add_done_callback(self._ended)
        feed.users += 1
        try:
            await feed.ready.wait()
            yield feed
        finally:
            feed.users -= 1
            if not feed.users:
                if self._feeds.get(room_id) is feed:
                    del self._feeds[room_id]
                await end([feed.task])

    def _ended(self, task: Task[None]) -> None:
        self._tasks.discard(task)
        broken = None if task.cancelled() else task.exception()
        if broken is not None:
            _log.warning("a room's feed broke", feed=task.get_name(), error=repr(broken))

    async def _resumed(
        self, feed: Feed, after: int, *, ephemeral: bool, hand_over: HandOver | None = None
    ) -> AsyncGenerator[RoomEvent | Gap | Typing, None]:
        if after < await self._log.start(feed.room_id):
            with feed.listen() as listener:
                if ephemeral:
                    feed.whisper_to(listener)
                yield Gap(at=now())
                async with aclosing(up_to_now(listener, lambda _: True, hand_over)) as heard:
                    async for event in heard:
                        yield event
            return
        replay = Replay(feed, self._log, after, ephemeral=ephemeral)
        async with aclosing(replay.events(hand_over)) as events:
            async for event in events:
                yield event

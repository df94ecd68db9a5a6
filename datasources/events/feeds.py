"""A room's events in this process: received, decoded, folded and read from the log once for all who listen."""

import logging
from asyncio import Event as Flag
from asyncio import Task, TaskGroup, sleep, timeout
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from datasources.events.fold import Fold
from datasources.events.hub import Delivery, Hub, Lapse
from datasources.events.log import EventLog, before
from datasources.events.queues import BoundedQueue, SlowSubscriber
from datasources.records.changes import RoomEvent, identity, rank
from datasources.records.encoding import Undecodable, decode_event, encode_event
from datasources.records.ephemeral import Typing, decode_typing, is_ephemeral
from datasources.records.ids import RoomId
from datasources.snowflakes import first_of, unix_ms

POLL_SECONDS: Final = 1.0
PRIME_SECONDS: Final = 1.0
HELD: Final = 1_000
BURST: Final = 20
LISTENER_ITEMS: Final = 1_000
LISTENER_BYTES: Final = 1 << 20

# What an event and its record take besides their texts and lists, which are about as long as their payload.
_OBJECT_BYTES: Final = 500

_log = logging.getLogger(__name__)

Listener = BoundedQueue[RoomEvent | Typing]


def topic_of(room_id: RoomId) -> str:
    return f"homeroom:room:{room_id}"


class Feed:
    """Run it in a task, wait for `ready`, then `listen`. It ends all listeners when it ends.

    `_synced` is the Snowflake up to which nothing is missing, but for the overlap: it moves with what came through the
    broker, which delivers in order while its connection holds, and with what was read from the log.

    While something may be missing (`_behind`) what arrives is held back until the log has been read, so that no cursor
    is given out that lies beyond an event still to come. More than can be held is dropped and read from the log.

    An event that comes later than the overlap is from a process that could not tell of it for a while, so others of its
    time may be missing: the log is read again from there, unless that was done meanwhile (`_read_from`, `_read_to`).

    What is ephemeral goes to those who want it at once, past all of this.
    """

    def __init__(self, room_id: RoomId, hub: Hub, log: EventLog) -> None:
        self.room_id = room_id
        self.ready = Flag()
        self.users = 0
        self.task: Task[None]
        self._hub = hub
        self._log = log
        self._fold = Fold()
        self._began = self._synced = first_of(unix_ms())
        self._read_from = self._read_to = self._began
        self._primed: dict[tuple[type, str, str], tuple[bool, int]] = {}
        self._listeners: dict[Listener, None] = {}
        self._whispered_to: set[Listener] = set()
        self._held: list[tuple[RoomEvent, int, bool]] = []
        self._behind = True
        self._missing = False
        self._away = False
        self._over = False
        self._failure: Exception | None = None
        self._subscribed = Flag()
        self._wake = Flag()

    async def run(self) -> None:
        """Returns when the hub stops; raises what broke the feed."""
        try:
            async with TaskGroup() as tasks:
                catching_up = tasks.create_task(self._catch_up())
                await self._receive_all()
                catching_up.cancel()
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._over = True
            self.ready.set()
            for listener in tuple(self._listeners):
                listener.close(self._failure)

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """What this feed delivers from now on; more than 1,000 events or 1 MiB waiting end it with `SlowSubscriber`."""
        listener: Listener = BoundedQueue(
            max_items=LISTENER_ITEMS,
            max_bytes=LISTENER_BYTES,
            on_close=lambda closed: self._listeners.pop(closed, None),
        )
        self._listeners[listener] = None
        if self._over:
            listener.close(self._failure)
        try:
            yield listener
        finally:
            self._whispered_to.discard(listener)
            listener.close()

    def whisper_to(self, listener: Listener) -> None:
        """Lets this listener hear what is ephemeral too, from now on."""
        self._whispered_to.add(listener)

    async def _receive_all(self) -> None:
        while True:
            async with self._hub.subscribe(topic_of(self.room_id)) as subscription:
                if self._subscribed.is_set():
                    self._doubt()
                self._subscribed.set()
                try:
                    async for item in subscription:
                        self._receive(item)
                except SlowSubscriber:
                    _log.warning("too much at once for %s: reading its log", self.room_id)
                else:
                    return

    def _receive(self, item: Delivery | Lapse) -> None:
        if isinstance(item, Lapse):
            self._away = item is Lapse.AWAY
            self._doubt()
            return
        try:
            if is_ephemeral(item.payload):
                self._whisper(decode_typing(item.payload), len(item.payload))
                return
            event = decode_event(item.payload)
        except Undecodable as error:
            _log.warning("reading the log of %s instead: %s", self.room_id, error)
            self._doubt()
            return
        if self._read_from < event.snowflake < before(self._read_to):
            return
        if self._began < event.snowflake < before(self._synced):
            self._synced = event.snowflake
            self._doubt()
        if self._before_all(event) > rank(event.change):
            return
        size = len(item.payload)
        if not self._behind:
            self._emit(event, size)
            if item.through_broker:
                self._synced = max(self._synced, event.snowflake)
        elif len(self._held) < HELD:
            self._held.append((event, size, item.through_broker))
        else:
            self._held.clear()
            self._doubt()

    def _doubt(self) -> None:
        self._behind = self._missing = True
        self._wake.set()

    async def _catch_up(self) -> None:
        await self._subscribed.wait()
        await self._prime()
        self.ready.set()
        while True:
            while self._missing or self._held:
                if self._missing:
                    self._missing = False
                    await self._read_log()
                else:
                    await self._release()
            self._behind = False
            await self._until_due()

    async def _until_due(self) -> None:
        while not self._missing:
            self._wake.clear()
            try:
                async with timeout(POLL_SECONDS if self._away else None):
                    await self._wake.wait()
            except TimeoutError:
                self._doubt()

    async def _prime(self) -> None:
        """Notes what happened just before this feed began, so that a later look into the log does not deliver it.

        What comes through the broker after all was in the log before, and acknowledged after: that is delivered.
        """
        try:
            async with timeout(PRIME_SECONDS):
                async for page in self._log.pages(self.room_id, before(self._synced)):
                    for event in page.events:
                        self._primed[identity(event.change)] = max(self._before_all(event), rank(event.change))
        except TimeoutError:
            _log.warning("%s begins without its log, which does not answer", self.room_id)

    async def _read_log(self) -> None:
        begun = first_of(unix_ms())
        last = self._synced
        start = before(last)
        if before(start) > self._began:
            self._primed.clear()
        async for page in self._log.pages(self.room_id, start):
            for number, event in enumerate(page.events):
                shown = page.shows(event)
                if self._before_all(event) >= rank(event.change):
                    continue
                self._emit(event, len(encode_event(event)) if shown else 0, shown=shown)
                if number % BURST == 0:
                    await sleep(0)
            last = page.events[-1].snowflake
        # What became visible while the pages were read may lie before the last of them.
        self._synced = max(self._synced, min(last, begun))
        if not self._read_from <= start <= self._read_to:
            self._read_from = start
        self._read_to = max(begun, self._read_from)

    def _before_all(self, event: RoomEvent) -> tuple[bool, int]:
        """The rank that this event's record had when the feed began."""
        return self._primed.get(identity(event.change), (False, -1))

    async def _release(self) -> None:
        held, self._held = self._held, []
        for number, (event, size, through_broker) in enumerate(held):
            self._emit(event, size)
            if through_broker:
                self._synced = max(self._synced, event.snowflake)
            if number % BURST == 0:
                await sleep(0)

    def _emit(self, event: RoomEvent, size: int, *, shown: bool = True) -> None:
        if self._fold.admit(event) and shown:
            for listener in tuple(self._listeners):
                listener.put(event, _OBJECT_BYTES + size)

    def _whisper(self, typing: Typing, size: int) -> None:
        for listener in tuple(self._whispered_to):
            listener.put(typing, _OBJECT_BYTES + size)

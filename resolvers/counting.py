"""Unread counts of one person, kept in memory: one look-up a room, then nothing but the room's events."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from datasources.errors import Unavailable
from datasources.records.changes import EventKind, ReadState, RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import RoomId
from datasources.records.messages import Message
from datasources.stores import Stores
from resolvers.clock import now
from resolvers.loaders import Loaders, unread_by_room
from resolvers.room_feeds import RoomFeeds
from resolvers.unread import UnreadMessages
from resolvers.viewer import Viewer
from resolvers.viewer_rooms import rooms_of

QUIET_SECONDS: Final = 1.0
"""At least so long between two counts of one room."""

RETRY_SECONDS: Final = 5.0
LIST_SECONDS: Final = 300.0
"""Nobody tells a viewer of a new open channel: the rooms are listed again so often."""

LOOKED_UP_AT_ONCE: Final = 20
MISSED_MAXIMUM: Final = 1_000

_log: Any = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UnreadCount:
    """How much of a room the viewer has not read, as of `at`."""

    room_id: RoomId
    unread_count: int
    mention_count: int
    at: datetime
    cursor: None = None


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """One stream of the person. `tell` gets each count, `pass_on` who writes in a conversation.

    With `all_at_first` every room with something unread is counted at once; otherwise each once something happens.
    """

    tell: Callable[[UnreadCount], None]
    pass_on: Callable[[Typing], None]
    all_at_first: bool


class Counting:
    """Run it in a task. Each who joined is told of what is news to them; `listed` gets the rooms that the person has
    now, newly listed when somebody joins.
    """

    def __init__(
        self,
        stores: Stores,
        feeds: RoomFeeds,
        viewer: Viewer,
        *,
        listed: Callable[[Sequence[RoomId]], Awaitable[None]],
    ) -> None:
        self._stores = stores
        self._feeds = feeds
        self._viewer = viewer
        self._tell_listed = listed
        self._listeners: dict[Listener, None] = {}
        self._rooms: dict[RoomId, _Room] = {}
        self._listed = False
        self._wake = asyncio.Event()
        self._clock = asyncio.get_running_loop().time
        self._list_at = self._clock()
        self._last_list = self._list_at - QUIET_SECONDS

    def join(self, listener: Listener) -> None:
        self._listeners[listener] = None
        if listener.all_at_first:
            for room in self._rooms.values():
                room.begin(listener)
        self.list_again()

    def leave(self, listener: Listener) -> bool:
        """Whether nobody is left to whom anything could be told."""
        del self._listeners[listener]
        for room in self._rooms.values():
            room.forget(listener)
        return not self._listeners

    async def run(self) -> None:
        try:
            while True:
                self._wake.clear()
                try:
                    if self._clock() >= self._list_at:
                        await self._list()
                    await self._count()
                except Exception as broken:  # noqa: BLE001 # the stream goes on without counts, until they can be had
                    _log.warning("rooms could not be listed or counted", error=repr(broken))
                    await asyncio.sleep(RETRY_SECONDS)
                await self._until_due()
        finally:
            for room_id in self._rooms:
                self._feeds.unfollow(room_id, self._heard)

    def list_again(self) -> None:
        """The person came into a place, or out of one."""
        self._list_at = min(self._list_at, self._last_list + QUIET_SECONDS)
        self._wake.set()

    def heard(self, event: RoomEvent) -> None:
        """An event about a room that came another way than by the room's own stream."""
        if event.change.room_id in self._rooms:
            self._heard(event.change.room_id, event)
        else:
            self.list_again()

    def _heard(self, room_id: RoomId, event: RoomEvent | Typing | None) -> None:
        room = self._rooms.get(room_id)
        if room is None:
            return
        if isinstance(event, Typing):
            if event.user_id != self._viewer.user_id and not room_id.startswith("chn_"):
                for listener in self._listeners:
                    listener.pass_on(event)
            return
        if event is not None and event.kind is EventKind.BLOCK_CHANGED:
            # Whoever is told of the rooms tells of those in them too.
            self.list_again()
        was_wanted = room.wanted
        if event is None:
            room.doubt(self._listeners)
        elif room.note(event, self._viewer):
            room.due.update(self._listeners)
        if room.wanted and not was_wanted:
            self._wake.set()

    async def _until_due(self) -> None:
        due = min([self._list_at, *(room.due_at for room in self._rooms.values() if room.wanted)])
        try:
            async with asyncio.timeout_at(due):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _list(self) -> None:
        self._last_list = self._clock()
        self._list_at = self._last_list + LIST_SECONDS
        try:
            rooms, complete = await rooms_of(self._stores, self._viewer.user_id)
        except Unavailable:
            self._list_at = self._clock() + RETRY_SECONDS
            return
        found = set(rooms)
        if not complete:
            # What is not seen now is not lost for that.
            self._list_at = self._clock() + RETRY_SECONDS
            found |= self._rooms.keys()
        for room_id in self._rooms.keys() - found:
            del self._rooms[room_id]
            self._feeds.unfollow(room_id, self._heard)
        for room_id in found - self._rooms.keys():
            room = self._rooms[room_id] = _Room()
            if self._listed:
                room.due.update(self._listeners)
            else:
                for listener in self._listeners:
                    if listener.all_at_first:
                        room.begin(listener)
            self._feeds.follow(room_id, self._heard)
        self._listed = True
        await self._tell_listed(rooms)

    async def _count(self) -> None:
        moment = self._clock()
        due = [room_id for room_id, room in self._rooms.items() if room.wanted and room.due_at <= moment]
        unknown = [room_id for room_id in due if self._rooms[room_id].state is None]
        for first in range(0, len(unknown), LOOKED_UP_AT_ONCE):
            await self._look_up(unknown[first : first + LOOKED_UP_AT_ONCE])
        for room_id in due:
            room = self._rooms.get(room_id)
            if room is None:
                continue
            uninformed = room.counted()
            if uninformed and room.state is not None:
                room.due_at = self._clock() + QUIET_SECONDS
                count = UnreadCount(room_id, *room.state.counts, at=now())
                for listener in uninformed:
                    listener.tell(count)

    async def _look_up(self, ids: Sequence[RoomId]) -> None:
        rooms = [self._rooms[room_id] for room_id in ids]
        for room in rooms:
            room.missed = []
        loaders = Loaders(self._stores, self._viewer)
        found = await asyncio.gather(
            *(loaders.load(unread_by_room, room_id) for room_id in ids), return_exceptions=True
        )
        for room_id, room, unread in zip(ids, rooms, found, strict=True):
            missed, room.missed = room.missed, None
            if isinstance(unread, BaseException):
                _log.warning("a room could not be counted", room=room_id, error=repr(unread))
                room.due_at = self._clock() + RETRY_SECONDS
            elif unread is None:
                # Nothing is to be counted where the viewer may not read; what they are out of is listed no more.
                room.due.clear()
            elif missed is None:
                room.due_at = self._clock() + QUIET_SECONDS
            else:
                room.state = UnreadMessages(self._viewer.user_id, unread)
                for event in missed:
                    room.state.apply(event)


class _Room:
    """Counted once it is followed (`begun`), so that nothing falls in between.

    `missed` gathers what happens during a look-up; it is None where there is none, or where the look-up is to be made
    again. `due` are those to be told once it is counted.
    """

    __slots__ = ("_told", "begun", "due", "due_at", "missed", "state")

    def __init__(self) -> None:
        self.begun = False
        self.due: set[Listener] = set()
        self.due_at = 0.0
        self.state: UnreadMessages | None = None
        self.missed: list[RoomEvent] | None = None
        self._told: dict[Listener, tuple[int, int]] = {}

    @property
    def wanted(self) -> bool:
        return bool(self.due) and self.begun

    def begin(self, listener: Listener) -> None:
        """This one is to be told of what is unread, and takes what is not mentioned for read."""
        self._told[listener] = (0, 0)
        self.due.add(listener)

    def forget(self, listener: Listener) -> None:
        self.due.discard(listener)
        self._told.pop(listener, None)

    def doubt(self, listeners: Iterable[Listener]) -> None:
        self.begun = True
        if self.state is not None:
            self.due.update(listeners)
        self.state = None
        self.missed = None

    def note(self, event: RoomEvent, viewer: Viewer) -> bool:
        """Whether there may be another count than before."""
        if self.state is not None:
            changed = self.state.apply(event)
            if not self.state.exact:
                self.state = None
            return changed
        if self.missed is not None:
            self.missed.append(event)
            if len(self.missed) > MISSED_MAXIMUM:
                self.missed = None
        match event.change:
            case Message(author_id=author_id):
                return author_id != viewer.user_id
            case ReadState(user_id=user_id):
                return user_id == viewer.user_id
            case _:
                return False

    def counted(self) -> list[Listener]:
        """Those who are due and were told of other counts; they count as told."""
        if self.state is None:
            return []
        counts = self.state.counts
        uninformed = [listener for listener in self.due if self._told.get(listener) != counts]
        self._told.update(dict.fromkeys(uninformed, counts))
        self.due.clear()
        return uninformed

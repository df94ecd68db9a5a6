"""Those who hear a room alike: one reader of its feed for all of them, and no task for any.

Each event is given to the audience's hearing once, with all members that may have it. Its place in the feed says who
those are: whoever joins hears what the reader has not been given by then, so a stream that has read its room's log up
to now goes on with the very next event.
"""

import asyncio
from asyncio import Task, create_task
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from datasources.events.feeds import Listener
from datasources.events.tasks import end
from datasources.records.changes import RoomEvent
from datasources.records.conversations import Block
from datasources.records.ephemeral import Typing
from datasources.records.ids import RoomId
from resolvers.holding import Right
from resolvers.live import Live
from resolvers.viewer import Viewer
from resolvers.watch import Watch

Heard = RoomEvent | Typing
IsNews = Callable[[Heard], bool]


class Member:
    """One stream of an audience, for as long as it has the right to it. Whoever makes one says what `ended` does."""

    __slots__ = ("audience", "is_news", "right", "since")

    def __init__(self, right: Right) -> None:
        self.right = right
        self.audience: Audience | None = None
        self.is_news: IsNews | None = None
        self.since = 0

    def ended(self, error: Exception | None) -> None:
        """It hears nothing more, and is no member any more. Must neither wait nor raise."""
        raise NotImplementedError

    def lost(self, error: Exception) -> None:
        """What its right is told by, when it is lost."""
        self.leave()
        self.ended(error)

    def leave(self) -> None:
        if self.audience is not None:
            self.audience.remove(self)


Hear = Callable[[Heard, Sequence[Any]], Awaitable[None]]
"""Given each event with the members that may have it, in the order of the feed; those that leave meanwhile have no
`audience` any more. What it raises ends the audience.
"""


class Tells(Protocol):
    async def __call__(self, viewer: Viewer, change: Block) -> bool:
        """Whether this viewer is told of this block. Raises `Unavailable`."""


class Audience:
    """Run it in a task; whoever may `add` a member has it `held` and waits for `begun` first."""

    def __init__(self, room_id: RoomId, live: Live, watch: Watch, hear: Hear, tells: Tells | None) -> None:
        self.begun = asyncio.Event()
        self.held = 0
        self.task: Task[None]
        self._room_id = room_id
        self._live = live
        self._watch = watch
        self._hear = hear
        self._tells = tells
        self._members: dict[Member, None] = {}
        self._events: Listener | None = None
        self._taken = 0
        self._failure: Exception | None = None

    def __len__(self) -> int:
        return len(self._members)

    def add(self, member: Member, is_news: IsNews | None = None) -> None:
        """It hears what comes from now on, unless the audience has ended; raises the failure that this was for, and
        what the right was lost by: nobody was told of that while the member waited for the audience.
        """
        if member.right.lost is not None:
            raise member.right.lost
        if self._events is None:
            if self._failure is not None:
                raise self._failure
            return
        member.since = self._taken + len(self._events)
        member.is_news = is_news
        member.audience = self
        member.right.owner = member
        self._members[member] = None

    def remove(self, member: Member) -> None:
        """Nothing is handed to it any more."""
        member.audience = member.right.owner = None
        del self._members[member]
        self._watch.discard(member.right)
        self.end_if_deserted()

    def end_if_deserted(self) -> None:
        if not self._members and not self.held:
            self.task.cancel()

    async def run(self) -> None:
        """Until the feed ends; a failure is told to the members."""
        try:
            async with self._live.tuned_in(self._room_id) as events:
                self._events = events
                self.begun.set()
                async for event in events:
                    self._taken += 1
                    await self._hand_on(event)
        except Exception as broken:  # noqa: BLE001 # each member's stream ends with it
            self._failure = broken
        finally:
            self._events = None
            self.begun.set()
            for member in tuple(self._members):
                member.leave()
                member.ended(self._failure)

    async def _hand_on(self, event: Heard) -> None:
        number = self._taken
        members = [
            member
            for member in self._members
            if member.since < number and (member.is_news is None or member.is_news(event))
        ]
        if isinstance(event, Typing):
            members = [member for member in members if member.right.viewer.user_id != event.user_id]
        elif self._tells is not None and isinstance(event.change, Block):
            members = await self._told(members, self._tells, event.change)
        if not members:
            return
        await self._watch.allow_all([member.right for member in members])
        await self._hear(event, [member for member in members if member.audience is self])

    async def _told(self, members: list[Member], tells: Tells, block: Block) -> list[Member]:
        told = []
        for member in members:
            try:
                if await tells(member.right.viewer, block):
                    told.append(member)
            except Exception as broken:  # noqa: BLE001 # it ends this member's stream alone
                member.lost(broken)
        return told


class Audiences:
    """One for each way to hear a room, for as long as somebody does."""

    def __init__(self, live: Live, watch: Watch) -> None:
        self.live = live
        self.watch = watch
        self._audiences: dict[Hashable, Audience] = {}
        self._tasks: set[Task[None]] = set()

    def __len__(self) -> int:
        return len(self._audiences)

    async def stop(self) -> None:
        """Ends all members' streams."""
        await end(list(self._tasks))

    @asynccontextmanager
    async def held(
        self, key: Hashable, room_id: RoomId, hear: Callable[[], Hear], tells: Tells | None
    ) -> AsyncIterator[Audience]:
        """The audience of this key, ready to be joined, begun where there is none. It stays while it has members."""
        audience = self._audiences.get(key)
        if audience is None or audience.task.done() or audience.task.cancelling():
            audience = self._audiences[key] = self._begin(key, Audience(room_id, self.live, self.watch, hear(), tells))
        audience.held += 1
        try:
            await audience.begun.wait()
            yield audience
        finally:
            audience.held -= 1
            audience.end_if_deserted()

    def _begin(self, key: Hashable, audience: Audience) -> Audience:
        def ended(task: Task[None]) -> None:
            self._tasks.discard(task)
            if self._audiences.get(key) is audience:
                del self._audiences[key]

        audience.task = create_task(audience.run(), name="audience")
        self._tasks.add(audience.task)
        audience.task.add_done_callback(ended)
        return audience

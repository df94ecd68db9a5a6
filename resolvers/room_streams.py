"""What one viewer hears of one room: read to the end of its log first, then heard together with others."""

from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Final

from datasources.events.queues import BoundedQueue
from datasources.records.changes import RoomEvent
from datasources.records.conversations import Block
from datasources.records.ids import RoomId
from resolvers.audiences import Audiences, Hear, Heard, Member, Tells
from resolvers.cursors import position_of
from resolvers.holding import END, Right
from resolvers.live import Gap
from resolvers.viewer import Viewer

WAITING_MAXIMUM: Final = 1_000
WAITING_BYTES: Final = 1 << 20
"""Of one stream whose consumer is slow; more end it with `SlowSubscriber`."""

_EVENT_BYTES: Final = 1_000
_READERS: Final = "readers"


class RoomStream:
    """Iterate over it, or `join` it to others that hear the room in the same way.

    `where` says viewer and room, and raises where there is nobody or no such room; `after` is a cursor. `select` gives
    what the stream tells of an event, or None; `tells`, who is told of a block.
    """

    def __init__(
        self,
        audiences: Audiences,
        where: Callable[[], tuple[Viewer, RoomId]],
        after: str | None,
        *,
        select: Callable[[Any], Any | None],
        tells: Tells | None = None,
    ) -> None:
        self.select = select
        self._audiences = audiences
        self._where = where
        self._after = after
        self._tells = tells

    def hold(self) -> Right:
        """The viewer's right to the room; `release` it.

        Raises `Unauthenticated`, and `BadInput` for what is no room of this kind.
        """
        viewer, room_id = self._where()
        return self._audiences.watch.register(viewer, room_id)

    def release(self, member: Member) -> None:
        """The member hears nothing any more, whether it has joined or not."""
        member.leave()
        self._audiences.watch.discard(member.right)

    async def join(self, member: Member, key: Hashable, hear: Callable[[], Hear]) -> AsyncGenerator[Any, None]:
        """What the room's log holds after the cursor. At its end the member belongs to the audience of this key, unless
        the process stops; what `hear` makes is given the events from there on.

        Raises `BadInput` for a foreign cursor or one of the future, and what `Watch.guard` does.
        """
        right, watch = member.right, self._audiences.watch
        position = position_of(self._after, right.room_id)
        await watch.begin(right)
        async with self._audiences.held((right.room_id, key), right.room_id, hear, self._tells) as audience:
            if position is None:
                audience.add(member)
                return
            past = self._audiences.live.catch_up(right.room_id, position, partial(audience.add, member))
            async with aclosing(past):
                while (event := await right.next(past)) is not END:
                    await watch.allow(right)
                    value = self.select(event) if await self._is_told(right.viewer, event) else None
                    if value is not None:
                        yield value

    async def __aiter__(self) -> AsyncGenerator[Any, None]:
        """Close it with `aclose`. Raises what `hold` and `join` do, and `SlowSubscriber`."""
        reader = _Reader(self.hold())
        try:
            async with aclosing(self.join(reader, _READERS, lambda: _read)) as past:
                async for value in past:
                    yield value
            if reader.audience is not None:
                async for event in reader.queue:
                    value = self.select(event)
                    if value is not None:
                        yield value
        finally:
            self.release(reader)

    async def _is_told(self, viewer: Viewer, event: Heard | Gap) -> bool:
        if self._tells is None or not isinstance(event, RoomEvent) or not isinstance(event.change, Block):
            return True
        return await self._tells(viewer, event.change)


class _Reader(Member):
    __slots__ = ("queue",)

    def __init__(self, right: Right) -> None:
        super().__init__(right)
        self.queue: BoundedQueue[Heard] = BoundedQueue(
            max_items=WAITING_MAXIMUM, max_bytes=WAITING_BYTES, on_close=lambda _: self.leave()
        )

    def ended(self, error: Exception | None) -> None:
        self.queue.close(error)


async def _read(event: Heard, members: Sequence[_Reader]) -> None:
    for reader in members:
        reader.queue.put(event, _EVENT_BYTES)

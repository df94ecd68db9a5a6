"""Open streams and the right to each: what ends a stream when its viewer loses the right to hear it.

The promise: a message that is sent after a removal was acknowledged never reaches the removed. How it is kept, where a
removal is stored at R, acknowledged at A, and a message sent after A reaches this process at M (R < A < M):

- An event is handed on only if the right to it was *confirmed*, that is found by a look-up that began at C, where C is
  after M, or at most `RECHECK_SECONDS` before the event is handed on. A look-up that begins after R finds the removal.
- Where this process took note of the removal before A, it forgot on the spot what it had confirmed (`doubt`), so C is
  after that, and so after R. A look-up that was under way then does not count.
- Where it did not (it was paused, or cut off), whoever removed waited `RECHECK_SECONDS` and a little more from R to A.
  So C >= M - RECHECK_SECONDS > A - RECHECK_SECONDS > R.
- A process that may be out of everybody's sight, because changes do not reach it, does not trust in that wait: while it
  is not `reachable`, C has to be after M.

Only the order of R, A and M has to hold across processes; C and its age are measured by one clock of this process,
which no setting of the time moves and which runs on while the machine sleeps. What happens to an event once it was
handed on (its selection is resolved, it waits in the transport's buffer, the process is paused meanwhile) changes
nothing: it had reached this process before, so its message was either sent before A, or looked at by these rules.
"""

import asyncio
from asyncio import CancelledError, Future, Task, create_task, current_task, get_running_loop
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Any, Final, TypeVar

import structlog

from datasources.errors import Unavailable
from datasources.records.ids import RoomId, SessionId, UserId, WorkspaceId
from resolvers.clock import elapsed
from resolvers.errors import AccessLost, ApiError, BadInput, SessionEnded
from resolvers.rights import Rights
from resolvers.viewer import Viewer

RECHECK_SECONDS: Final = 1.0
"""An event is handed on only where the right to it was confirmed at most this long before."""

BATCH: Final = 500
KINDS: Final = ("chn", "dir", "grp", "usr")

T = TypeVar("T")

_log: Any = structlog.get_logger(__name__)
_END: Final = object()


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Who may have lost what: it concerns the streams to which all that is given applies.

    `session_ids` are sessions that have ended.
    """

    user_id: UserId | None = None
    room_id: RoomId | None = None
    workspace_id: WorkspaceId | None = None
    session_ids: tuple[SessionId, ...] = ()


Announce = Callable[[AccessChange], Awaitable[None]]
"""Tells all processes of a change that is stored; when it returns, none hands on events without looking again."""


class Watch:
    """The open streams of this process. Look-ups are made for many streams at once, each kind of room by itself, so
    that one store that hangs does not hold up the others.
    """

    def __init__(self, rights: Rights, *, clock: Callable[[], float] = elapsed) -> None:
        self.reachable = False
        """Whether changes of access reach this process."""
        self._rights = rights
        self._clock = clock
        self._streams: set[_Stream] = set()
        self._looks = {kind: _Looks() for kind in KINDS}
        self._tasks: list[Task[None]] = []

    def __len__(self) -> int:
        return len(self._streams)

    async def start(self) -> None:
        self._tasks = [create_task(self._look_up(looks), name=f"rights-{kind}") for kind, looks in self._looks.items()]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for looks in self._looks.values():
            looks.give_up()

    async def guard(self, viewer: Viewer, room_id: RoomId, events: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """The events for as long as the viewer may hear the room; it closes them. Begins to iterate once that is sure.

        Raises `BadInput` where the viewer may not hear the room to begin with, and later `AccessLost`; `RoomClosed` for
        what is archived; `SessionEnded`; `Unavailable` where that cannot be looked up.
        """
        stream = _Stream(viewer, room_id)
        # Known before it is looked at: a change is either seen by the look-up or told to the stream.
        self._streams.add(stream)
        try:
            async with aclosing(events):
                try:
                    await self._allow(stream)
                except AccessLost as lost:
                    raise BadInput("There is no such channel or conversation.") from lost
                while (event := await stream.next(events)) is not _END:
                    await self._allow(stream)
                    yield event
        finally:
            self._streams.discard(stream)

    def doubt(self, change: AccessChange) -> None:
        """Forgets at once what was confirmed of the streams that this concerns, and looks them up in the background."""
        ended = frozenset(change.session_ids)
        for stream in self._streams:
            if stream.viewer.session_id in ended:
                stream.lose(SessionEnded())
            elif not ended and stream.matches(change):
                self._doubt(stream)

    def doubt_all(self) -> None:
        for stream in self._streams:
            self._doubt(stream)

    def recheck(self, *, everything: bool) -> None:
        """Looks up, in the background, all streams or those of which nothing is confirmed."""
        for stream in self._streams:
            if everything or stream.confirmed == -inf:
                self._looks_of(stream).want(stream)

    def _doubt(self, stream: "_Stream") -> None:
        stream.confirmed = -inf
        stream.doubted = self._clock()
        self._looks_of(stream).want(stream)

    def _looks_of(self, stream: "_Stream") -> "_Looks":
        return self._looks[stream.room_id[:3]]

    async def _allow(self, stream: "_Stream") -> None:
        arrived = self._clock()
        while stream.lost is None:
            confirmed = stream.confirmed
            if confirmed >= arrived or (self.reachable and self._clock() - confirmed <= RECHECK_SECONDS):
                return
            looked_up = self._looks_of(stream).want(stream)
            # Others may wait for the same look-up: it is not cancelled with one of them.
            await asyncio.wait({looked_up})
            failure = looked_up.result()
            if failure is not None:
                raise failure
        raise stream.lost

    async def _look_up(self, looks: "_Looks") -> None:
        while True:
            await looks.wake.wait()
            batch = looks.taken()
            began = self._clock()
            try:
                standings = await self._rights.standings([(stream.viewer, stream.room_id) for stream, _ in batch])
            except Exception as broken:  # noqa: BLE001 # handed to whoever waits, and the next look-up comes as usual
                _log.warning("rights could not be looked up", error=repr(broken))
                for _, waiter in batch:
                    _answer(waiter, broken)
                continue
            for (stream, waiter), standing in zip(batch, standings, strict=True):
                if isinstance(standing, Unavailable):
                    _answer(waiter, standing)
                    continue
                stream.workspace_id = standing.workspace_id or stream.workspace_id
                if standing.lost is not None:
                    stream.lose(standing.lost)
                elif began > stream.doubted:
                    stream.confirmed = began
                _answer(waiter, None)


Waiter = Future[Exception | None]


class _Stream:
    """`confirmed` is when the look-up began that found its right, `doubted` when that was last in doubt."""

    __slots__ = ("_cancelled", "_reader", "confirmed", "doubted", "lost", "room_id", "viewer", "workspace_id")

    def __init__(self, viewer: Viewer, room_id: RoomId) -> None:
        self.viewer = viewer
        self.room_id = room_id
        self.workspace_id: WorkspaceId | None = None
        self.confirmed = -inf
        self.doubted = -inf
        self.lost: ApiError | None = None
        self._reader: Task[Any] | None = None
        self._cancelled = False

    def matches(self, change: AccessChange) -> bool:
        return (
            change.user_id in {None, self.viewer.user_id}
            and change.room_id in {None, self.room_id}
            and (change.workspace_id is None or self.workspace_id in {None, change.workspace_id})
        )

    def lose(self, error: ApiError) -> None:
        """Ends the stream, in the middle of a wait for its next event if need be."""
        if self.lost is None:
            self.lost = error
            if self._reader is not None:
                self._cancelled = True
                self._reader.cancel()

    async def next(self, events: AsyncGenerator[T, None]) -> T | Any:
        """The next event, or `_END`; raises what the stream was lost by."""
        if self.lost is not None:
            raise self.lost
        reader = current_task()
        if reader is None:
            raise RuntimeError("only a task can wait for events")
        before = reader.cancelling()
        self._reader = reader
        try:
            event = await anext(events, _END)
        except CancelledError:
            # As asyncio's time-outs do it: the cancellation is ours alone, or somebody else wants the task to end too.
            if self._cancelled and reader.uncancel() <= before:
                raise self._why() from None
            raise
        finally:
            self._reader = None
        if self._cancelled:
            # What was read swallowed it, as drivers do on Python 3.11.
            reader.uncancel()
            raise self._why()
        return event

    def _why(self) -> ApiError:
        return self.lost or SessionEnded()


class _Looks:
    """The look-ups that are wanted: one a stream, however many ask."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self._wanted: dict[_Stream, Waiter] = {}

    def want(self, stream: _Stream) -> Waiter:
        """Done, with the failure if there was one, once the look-up that begins after this has its result."""
        waiter = self._wanted.get(stream)
        if waiter is None:
            waiter = self._wanted[stream] = get_running_loop().create_future()
            self.wake.set()
        return waiter

    def taken(self) -> list[tuple[_Stream, Waiter]]:
        batch = list(islice(self._wanted.items(), BATCH))
        for stream, _ in batch:
            del self._wanted[stream]
        if not self._wanted:
            self.wake.clear()
        return batch

    def give_up(self) -> None:
        for waiter in self._wanted.values():
            waiter.cancel()
        self._wanted.clear()


def _answer(waiter: Waiter, failure: Exception | None) -> None:
    if not waiter.done():
        waiter.set_result(failure)

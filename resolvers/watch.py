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
from asyncio import Future, Task, create_task, get_running_loop
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import aclosing
from itertools import islice
from math import inf
from typing import Any, Final, TypeVar

import structlog

from datasources.errors import Unavailable
from datasources.records.ids import RoomId
from resolvers.clock import elapsed
from resolvers.errors import AccessLost, BadInput, SessionEnded
from resolvers.holding import END, AccessChange, Right
from resolvers.rights import Rights
from resolvers.viewer import Viewer

RECHECK_SECONDS: Final = 1.0
"""An event is handed on only where the right to it was confirmed at most this long before."""

RENEW_SECONDS: Final = RECHECK_SECONDS * 0.75
"""Where many hear a room without a pause, what is older is looked up again before anybody has to wait for it."""

BATCH: Final = 500
KINDS: Final = ("chn", "dir", "grp", "usr")

__all__ = ["RECHECK_SECONDS", "RENEW_SECONDS", "AccessChange", "Announce", "Watch"]

T = TypeVar("T")

_log: Any = structlog.get_logger(__name__)

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
        self._rights_held: set[Right] = set()
        self._looks = {kind: _Looks() for kind in KINDS}
        self._tasks: list[Task[None]] = []

    def __len__(self) -> int:
        return len(self._rights_held)

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
        right = self.register(viewer, room_id)
        try:
            async with aclosing(events):
                await self.begin(right)
                while (event := await right.next(events)) is not END:
                    await self.allow(right)
                    yield event
        finally:
            self.discard(right)

    def register(self, viewer: Viewer, room_id: RoomId) -> Right:
        """A right to be confirmed, and `discard`ed in the end."""
        right = Right(viewer, room_id)
        # Known before it is looked at: a change is either seen by the look-up or told to the right.
        self._rights_held.add(right)
        return right

    def discard(self, right: Right) -> None:
        self._rights_held.discard(right)

    async def begin(self, right: Right) -> None:
        """Returns once the viewer is known to have the right; raises as `guard` does before its first event."""
        try:
            await self.allow(right)
        except AccessLost as lost:
            raise BadInput("There is no such channel or conversation.") from lost

    async def allow(self, right: Right) -> None:
        """Returns when what has come by now may be handed on; raises what the right was lost by, or `Unavailable`."""
        arrived = self._clock()
        while right.lost is None:
            if self._holds(right, arrived, self._clock()):
                return
            looked_up = self._looks_of(right).want(right)
            # Others may wait for the same look-up: it is not cancelled with one of them.
            await asyncio.wait({looked_up})
            failure = looked_up.result()
            if failure is not None:
                raise failure
        raise right.lost

    async def allow_all(self, rights: Collection[Right]) -> None:
        """As `allow` of each, in one wave: then what has come by now may be handed on to all that are not `lost`.

        What could not be looked up is lost by that. Waits for nothing where all of it is fresh.
        """
        arrived = self._clock()
        while True:
            now = self._clock()
            # As `_holds` has it, for very many at once.
            since = min(arrived, now - RECHECK_SECONDS) if self.reachable else arrived
            stale = [right for right in rights if right.confirmed < since and right.lost is None]
            if not stale:
                break
            looked_up = {right: self._looks_of(right).want(right) for right in stale}
            await asyncio.wait(looked_up.values())
            for right, answer in looked_up.items():
                failure = answer.result()
                if failure is not None:
                    right.lose(failure)
        due = now - RENEW_SECONDS
        for right in [right for right in rights if right.confirmed < due and right.lost is None]:
            self._looks_of(right).want(right)

    def _holds(self, right: Right, arrived: float, now: float) -> bool:
        confirmed = right.confirmed
        return confirmed >= arrived or (self.reachable and now - confirmed <= RECHECK_SECONDS)

    def doubt(self, change: AccessChange) -> None:
        """Forgets at once what was confirmed of the streams that this concerns, and looks them up in the background."""
        ended = frozenset(change.session_ids)
        for right in tuple(self._rights_held):  # whoever owns one that is lost discards it
            if right.viewer.session_id in ended:
                right.lose(SessionEnded())
            elif not ended and right.matches(change):
                self._doubt(right)

    def doubt_all(self) -> None:
        for right in self._rights_held:
            self._doubt(right)

    def recheck(self, *, everything: bool) -> None:
        """Looks up, in the background, all streams or those of which nothing is confirmed."""
        for right in self._rights_held:
            if everything or right.confirmed == -inf:
                self._looks_of(right).want(right)

    def _doubt(self, right: Right) -> None:
        right.confirmed = -inf
        right.doubted = self._clock()
        self._looks_of(right).want(right)

    def _looks_of(self, right: Right) -> "_Looks":
        return self._looks[right.room_id[:3]]

    async def _look_up(self, looks: "_Looks") -> None:
        while True:
            await looks.wake.wait()
            batch = looks.taken()
            began = self._clock()
            try:
                standings = await self._rights.standings([(right.viewer, right.room_id) for right, _ in batch])
            except Exception as broken:  # noqa: BLE001 # handed to whoever waits, and the next look-up comes as usual
                _log.warning("rights could not be looked up", error=repr(broken))
                for _, waiter in batch:
                    _answer(waiter, broken)
                continue
            for (right, waiter), standing in zip(batch, standings, strict=True):
                if isinstance(standing, Unavailable):
                    _answer(waiter, standing)
                    continue
                right.workspace_id = standing.workspace_id or right.workspace_id
                if standing.lost is not None:
                    right.lose(standing.lost)
                elif began > right.doubted:
                    right.confirmed = began
                _answer(waiter, None)


Waiter = Future[Exception | None]


class _Looks:
    """The look-ups that are wanted: one a right, however many ask."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self._wanted: dict[Right, Waiter] = {}

    def want(self, right: Right) -> Waiter:
        """Done, with the failure if there was one, once the look-up that begins after this has its result."""
        waiter = self._wanted.get(right)
        if waiter is None:
            waiter = self._wanted[right] = get_running_loop().create_future()
            self.wake.set()
        return waiter

    def taken(self) -> list[tuple[Right, Waiter]]:
        batch = list(islice(self._wanted.items(), BATCH))
        for right, _ in batch:
            del self._wanted[right]
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

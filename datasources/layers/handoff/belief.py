"""What a process may believe of what the second store owes the first. Source: consistency.md.

The argument, on which the reading of the first store alone rests:

1. A look asks the second store for a mark. One that found none is believed for `BELIEVED_SECONDS` counted from its
   *begin*, by a clock that never steps. A look that began after a mark was durable finds that mark, until it is
   settled, and it is settled only once the first store has the event.
2. So a belief that misses a mark was begun before the mark was durable, and has expired `BELIEVED_SECONDS` after it.
   Who leaves a mark acknowledges after that: whoever begins to read after the acknowledgement believes nothing that
   misses it.
3. The wait is spared where a mark, another one, has been known here for `BELIEVED_SECONDS` and is *still* owed, asked
   after our own mark was durable. Beliefs that were begun before it was known have expired; looks that were begun since
   have found it, so they gave no belief; and looks from now on find ours. A mark that was settled in between proves
   nothing: then we wait.
"""

import asyncio
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from time import monotonic
from typing import Final

from datasources.errors import Unavailable
from datasources.events.tasks import end
from datasources.layers.handoff.sides import WRITE_SECONDS, Owing
from datasources.records.changes import RoomEvent
from datasources.records.encoding import Undecodable

LOOK_SECONDS: Final = 0.25
BELIEVED_SECONDS: Final = 0.5
# Clocks of two machines may run at slightly different speeds.
_MARGIN_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class _Mark:
    """An event that was owed at `known_at` at the latest."""

    event: RoomEvent
    known_at: float


class Belief:
    """Whether the second store owes the first anything. `look` is to be called every `LOOK_SECONDS`."""

    def __init__(self, second: Owing) -> None:
        self._second = second
        self._nothing_until = 0.0
        self._unbroken_since = 0.0
        self._owes = False
        self._away: Unavailable | None = None
        self._marked_at = 0.0
        self._old: _Mark | None = None
        self._young: _Mark | None = None
        self._looking: asyncio.Task[RoomEvent | None] | None = None

    @property
    def holds(self) -> bool:
        """Whether it may be believed now that nothing is owed."""
        return monotonic() < self._nothing_until

    def held_since(self, moment: float) -> bool:
        """Whether it could be believed at every instant from this one of `monotonic` until now."""
        return self.holds and self._unbroken_since <= moment

    async def owes(self) -> bool:
        """Whether what is owed has to be read too; raises `Unavailable` where this process cannot look."""
        if self.holds:
            return False
        if self._owes:
            return True
        if self._away is not None:
            raise Unavailable(self._away.store, self._away.reason)
        with suppress(Undecodable):
            await self._look_together()
        return not self.holds

    async def look(self) -> RoomEvent | None:
        """Looks now; gives the oldest event that is owed.

        Raises `Unavailable`, and `Undecodable` where something is owed that only a newer version can read.
        """
        began = monotonic()
        try:
            owed = await self._second.ask(self._second.store.owed(1), WRITE_SECONDS)
        except Unavailable as away:
            self._away = away
            raise
        except Undecodable:
            self._away = None
            self._owes = True
            self._nothing_until = 0.0
            raise
        self._away = None
        if owed:
            self._found(owed[0])
            return owed[0]
        if began > self._marked_at:
            self._owes = False
            if not self.holds:
                self._unbroken_since = monotonic()
            self._nothing_until = began + BELIEVED_SECONDS
        return None

    async def expire_elsewhere(self, event: RoomEvent) -> None:
        """To be called once the mark of this event is durable: returns when nobody believes that nothing is owed."""
        marked_at = self._marked_at = monotonic()
        old = self._old_mark()
        self._found(event)
        if old is None or not await self._is_owed(old):
            await asyncio.sleep(marked_at + BELIEVED_SECONDS + _MARGIN_SECONDS - monotonic())

    async def stop(self) -> None:
        if self._looking is not None:
            await end([self._looking])

    def _found(self, event: RoomEvent) -> None:
        self._owes = True
        self._nothing_until = 0.0
        self._old_mark()
        if self._young is None:
            self._young = _Mark(event, monotonic())

    def _old_mark(self) -> _Mark | None:
        """One that has been known for so long that no belief is left."""
        if self._young is not None and monotonic() - self._young.known_at >= BELIEVED_SECONDS + _MARGIN_SECONDS:
            self._old, self._young = self._young, None
        return self._old

    async def _is_owed(self, mark: _Mark) -> bool:
        try:
            still_owed = await self._second.ask(self._second.store.still_owed(mark.event), BELIEVED_SECONDS)
        except Unavailable:
            return False
        if not still_owed and self._old is mark:
            self._old = None
        return still_owed

    async def _look_together(self) -> None:
        """One look for all who need one now; it belongs to none of their operations."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self.look(), context=Context())
        looking = self._looking
        await asyncio.wait({looking})
        looking.result()

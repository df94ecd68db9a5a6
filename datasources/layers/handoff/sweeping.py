"""The sweeper: writes what one store owes into the other, and clears the marks.

Any process may do it at any time, as often as it likes: a write is idempotent and a newer revision stays, so a crash
between a write and its settling costs a repetition. The lease spares the others the work, no more. A mark stands on an
event, and an event never changes: the mark that is cleared is that of the very revision that was written, whatever
has been written to the record since.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog

from datasources.errors import ClockUnsafe, DatasourceError, SettingRefused, Unavailable
from datasources.layers.handoff.belief import LOOK_SECONDS
from datasources.layers.handoff.sides import Owing, Side
from datasources.layers.handoff.twins import Twins
from datasources.layers.periodic import Periodic
from datasources.records.changes import RoomEvent
from datasources.records.encoding import Undecodable
from datasources.records.ids import RoomId
from datasources.snowflakes import milliseconds_of, unix_ms

BATCH: Final = 200
ROOMS_AT_ONCE: Final = 16
SETTLED_AT_ONCE: Final = 100
LEASE_SECONDS: Final = 5.0
FAILURES_TO_BURY: Final = 3
_FAILING_MAXIMUM: Final = 1_000

Look = Callable[[], Awaitable[RoomEvent | None]]

_log: Any = structlog.get_logger(__name__)


class Sweeper:
    """One direction of a pair. `look` gives the oldest event that is owed.

    An event younger than `spared_ms` is left alone: its writer may be about to settle it.
    """

    def __init__(
        self, subject: str, debtor: Owing, creditor: Side[Any], look: Look, twins: Twins, *, spared_ms: int = 0
    ) -> None:
        self._subject = subject
        self._debtor = debtor
        self._creditor = creditor
        self._look = look
        self._twins = twins
        self._spared_ms = spared_ms
        self._holder = secrets.token_hex(8)
        self._failures: OrderedDict[int, int] = OrderedDict()
        self._buried = 0
        self._led = False
        self._periodic = Periodic(f"hand-off-{subject}-to-{creditor.name}", LOOK_SECONDS, self.sweep)

    def start(self) -> None:
        self._periodic.start()

    async def stop(self) -> None:
        """Gives the lease back, so that another process takes over at once."""
        await self._periodic.stop()
        if self._led:
            try:
                await self._debtor.ask(self._debtor.store.lease(self._holder, 0.0), LOOK_SECONDS)
            except DatasourceError as error:
                _log.debug("a lease is left to expire", subject=self._subject, error=str(error))

    async def sweep(self) -> None:
        """Looks, and moves what is owed for as long as there is anything and the other store takes it."""
        try:
            oldest = await self._look()
        except Undecodable:
            # It waits for a newer version, and holds up nothing.
            batch = await self._due()
        else:
            # One alone, to see whether the other store is back.
            batch = [oldest] if oldest is not None and self._is_due(oldest) else []
        swept = 0
        while batch and await self._leads():
            moved, all_moved = await self._move(batch)
            swept += moved
            if not all_moved:
                break
            batch = await self._due()
        if swept:
            _log.info("what was owed is delivered", subject=self._subject, creditor=self._creditor.name, events=swept)
            with suppress(Undecodable):
                await self._look()

    async def _leads(self) -> bool:
        self._led = await self._debtor.ask(self._debtor.store.lease(self._holder, LEASE_SECONDS))
        return self._led

    async def _due(self) -> list[RoomEvent]:
        try:
            owed = await self._debtor.ask(self._debtor.store.owed(BATCH))
        except Undecodable:
            return []
        return [event for event in owed if self._is_due(event)]

    def _is_due(self, event: RoomEvent) -> bool:
        return milliseconds_of(event.snowflake) <= unix_ms() - self._spared_ms if self._spared_ms else True

    async def _move(self, batch: Sequence[RoomEvent]) -> tuple[int, bool]:
        """How many are moved, and whether that is all: the rest failed, and is tried again at the next look."""
        rooms: dict[RoomId, list[RoomEvent]] = {}
        for event in batch:
            rooms.setdefault(event.room_id, []).append(event)
        moved: list[RoomEvent] = []
        waiting = list(rooms.values())
        outages: list[DatasourceError] = []

        async def work() -> None:
            while waiting:
                for event in waiting.pop(0):
                    if outages:
                        return
                    try:
                        if await self._delivered(event):
                            moved.append(event)
                    except (Unavailable, ClockUnsafe, SettingRefused) as away:
                        outages.append(away)

        buried_before = self._buried
        async with asyncio.TaskGroup() as workers:
            for _ in range(min(ROOMS_AT_ONCE, len(waiting))):
                workers.create_task(work())
        for start in range(0, len(moved), SETTLED_AT_ONCE):
            await self._debtor.ask(self._debtor.store.settle(moved[start : start + SETTLED_AT_ONCE]))
        return len(moved), len(moved) + self._buried - buried_before == len(batch)

    async def _delivered(self, event: RoomEvent) -> bool:
        """Whether the other store has the event now; one that it will not take is buried in the end."""
        try:
            await self._twins.part(event)
            await self._creditor.ask(self._creditor.store.write(event))
        except (Unavailable, ClockUnsafe, SettingRefused):
            raise
        except Exception as error:  # noqa: BLE001 - one event must not keep the others; it is counted, logged and buried
            await self._failed(event, error)
            return False
        self._failures.pop(event.snowflake, None)
        return True

    async def _failed(self, event: RoomEvent, error: Exception) -> None:
        failures = self._failures.pop(event.snowflake, 0) + 1
        reason = f"{type(error).__name__}: {error}"[:500]
        if failures < FAILURES_TO_BURY and not isinstance(error, DatasourceError):
            self._failures[event.snowflake] = failures
            while len(self._failures) > _FAILING_MAXIMUM:
                self._failures.popitem(last=False)
            _log.warning("an event is refused", subject=self._subject, event_id=event.cursor, reason=reason)
            return
        await self._debtor.ask(self._debtor.store.bury(event, reason))
        self._buried += 1
        _log.error("an event is buried", subject=self._subject, event_id=event.cursor, reason=reason)

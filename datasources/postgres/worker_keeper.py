"""Keeps this process's worker id leased, its high-water mark ahead and its clock honest. Source: consistency.md."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID, uuid4

import structlog

from datasources.errors import ClockUnsafe, Unavailable
from datasources.layers.periodic import Periodic
from datasources.postgres.slot_file import SlotFile
from datasources.postgres.worker_slots import LEASE_MS, LeasedSlot, WorkerSlots
from datasources.snowflakes import Grant, SnowflakeMaker, unix_ms

LIMIT_MS: Final = 2_000
RENEW_MS: Final = 180_000
RETRY_MS: Final = 3_000
TICK_SECONDS: Final = 1.0

# The holder stops this long before PostgreSQL may give the slot to another.
_MARGIN_MS: Final = 300_000

_log: Any = structlog.get_logger(__name__)


def elapsed_ms() -> int:
    """Milliseconds that only run forward, on through a suspended machine where the system can count those."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


class WorkerKeeper:
    """Use as `async with WorkerKeeper(slots, directory) as keeper: keeper.next()`.

    It starts whether PostgreSQL is there or not; `next` raises `ClockUnsafe` as long as no id may be made, and the
    keeper goes on trying. An outage of PostgreSQL stops nothing before the lease ends.

    Ids are reserved `limit_ms` ahead. So a clock that is set forward by more runs into the mark, where it is looked at
    before an id carries the wrong time, and a restart after a crash may begin at the mark at once.
    """

    def __init__(
        self,
        slots: WorkerSlots,
        directory: Path,
        *,
        limit_ms: int = LIMIT_MS,
        clock: Callable[[], int] = unix_ms,
        elapsed: Callable[[], int] = elapsed_ms,
    ) -> None:
        self.maker = SnowflakeMaker(clock=clock, reserve=self._reserve, limit_ms=limit_ms)
        self.next = self.maker.next
        self._slots = slots
        self._directory = directory
        self._limit_ms = limit_ms
        self._clock = clock
        self._elapsed = elapsed
        self._incarnation = uuid4()
        self._held = False
        self._shift_ms = clock() - elapsed()
        self._next_renewal = elapsed()
        self._periodic = Periodic("worker id", TICK_SECONDS, self.tick)
        self._file: SlotFile | None = None

    async def start(self) -> None:
        """Takes a slot, or goes on trying in the background."""
        self._file = await asyncio.to_thread(SlotFile.claim, self._directory)
        record = self._file.record
        if record.worker is not None and self._clock() < record.until_ms:
            self.maker.allow(Grant(record.worker, record.mark_ms, record.until_ms, record.offset_ms))
        await self.tick()
        self._periodic.start()

    async def stop(self) -> None:
        """Gives the slot back with its last-used time; where PostgreSQL is away, the next run takes it again."""
        await self._periodic.stop()
        file, self._file = self._file, None
        if file is None:
            return
        self.maker.forbid("this process is stopping")
        try:
            await self._give_back(file)
        finally:
            file.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def tick(self) -> None:
        """One round: looks at the clock, reserves ahead while ids are being made, and renews when it is time."""
        file = self._file
        if file is None:
            return
        self._look_for_a_step()
        if self.maker.refusal is None and self.maker.last_ms >= file.record.mark_ms - self._limit_ms:
            mark = max(self.maker.last_ms, self._clock()) + self._limit_ms
            await asyncio.to_thread(file.reserve, mark)
            self.maker.advance_mark(mark)
        if self._elapsed() >= self._next_renewal:
            await self._renew(file)

    def _reserve(self, ms: int) -> int:
        """The maker's way past its mark when `tick` was late or the clock ran forward."""
        self._look_for_a_step()
        if self._file is None or self.maker.refusal is not None:
            raise ClockUnsafe(self.maker.refusal or "this process is stopping")
        try:
            self._file.reserve(ms + self._limit_ms)
        except OSError as error:
            raise ClockUnsafe(f"the data directory cannot be written: {error}") from error
        return ms + self._limit_ms

    def _look_for_a_step(self) -> None:
        """A clock that moved against the time that passed is measured anew before it is believed."""
        step = self._clock() - self._elapsed() - self._shift_ms
        if abs(step) > self._limit_ms // 2 and self.maker.refusal is None:
            self._forbid(f"the clock was set by {step} ms and has to be compared with PostgreSQL's first")
            self._next_renewal = self._elapsed()

    def _forbid(self, reason: str) -> None:
        if self.maker.refusal != reason:
            _log.warning("no ids can be made", reason=reason)
        self.maker.forbid(reason)

    async def _renew(self, file: SlotFile) -> None:
        before, before_elapsed = self._clock(), self._elapsed()
        try:
            slot = await self._slot(file)
        except Unavailable as away:
            self._next_renewal = self._elapsed() + RETRY_MS
            if self.maker.refusal is not None:
                self._forbid(f"a worker id has to be leased from PostgreSQL first, and {away}")
            return
        after, round_trip = self._clock(), self._elapsed() - before_elapsed
        if slot is None:
            self._next_renewal = self._elapsed() + RETRY_MS
            self._forbid("all worker ids are leased")
            return
        file.save(replace(file.record, worker=slot.worker, until_ms=before + LEASE_MS - _MARGIN_MS))
        if round_trip > self._limit_ms // 2 or abs(after - before - round_trip) > self._limit_ms // 2:
            self._next_renewal = self._elapsed() + RETRY_MS
            if self.maker.refusal is not None:
                self._forbid("the comparison with PostgreSQL's clock was too slow to be exact")
            return
        self._judge_clock(file, slot, (before + after) // 2 - slot.now_ms)

    def _judge_clock(self, file: SlotFile, slot: LeasedSlot, offset_ms: int) -> None:
        self._shift_ms = self._clock() - self._elapsed()
        if abs(offset_ms) > self._limit_ms:
            self._next_renewal = self._elapsed() + RETRY_MS
            self._forbid(f"this machine's clock is {offset_ms} ms off PostgreSQL's")
            return
        self._next_renewal = self._elapsed() + RENEW_MS
        file.save(replace(file.record, offset_ms=offset_ms))
        after_ms = self.maker.last_ms
        if self.maker.worker != slot.worker:
            after_ms = max(after_ms, slot.last_used_ms, file.record.mark_ms)
        self.maker.allow(Grant(slot.worker, after_ms, file.record.until_ms, offset_ms))

    async def _slot(self, file: SlotFile) -> LeasedSlot | None:
        """The slot that this process holds, or else the one that its data directory held, or else a new one."""
        worker, slot = file.record.worker, None
        if worker is not None and self._held:
            slot = await self._slots.renew(worker, self._incarnation, file.record.mark_ms)
        elif worker is not None:
            slot = await self._slots.take_again(worker, UUID(file.record.holder), self._incarnation)
        if slot is None and worker is not None:
            self._forbid(f"the worker id {worker} belongs to another process now")
            file.save(replace(file.record, holder=uuid4().hex, worker=None))
        if slot is None:
            slot = await self._slots.lease(UUID(file.record.holder), self._incarnation)
        self._held = slot is not None
        return slot

    async def _give_back(self, file: SlotFile) -> None:
        held, last_ms = file.record, self.maker.last_ms
        if held.worker is None:
            return
        if not self._held:
            file.save(replace(held, mark_ms=last_ms))
            return
        # First forgotten here, then given back: a crash in between costs a slot for a day, never an id twice.
        file.save(replace(held, worker=None, mark_ms=last_ms))
        try:
            await self._slots.release(held.worker, self._incarnation, last_ms)
        except Unavailable:
            file.save(replace(held, mark_ms=last_ms))

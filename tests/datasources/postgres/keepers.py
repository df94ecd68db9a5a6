"""Keepers of worker ids, on clocks that a test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.worker_keeper import WorkerKeeper, elapsed_ms
from datasources.postgres.worker_slots import WorkerSlots
from datasources.snowflakes import unix_ms

DAY_MS = 86_400_000


class Clocks:
    """This machine's clocks, moved: `step` sets the wall clock, `pass_by` lets time go by."""

    def __init__(self) -> None:
        self.wall_ms = 0
        self.elapsed_ms = 0

    def step(self, ms: int) -> None:
        self.wall_ms += ms

    def pass_by(self, ms: int) -> None:
        self.wall_ms += ms
        self.elapsed_ms += ms

    def wall(self) -> int:
        return unix_ms() + self.wall_ms

    def elapsed(self) -> int:
        return elapsed_ms() + self.elapsed_ms


@asynccontextmanager
async def keeping(database: PostgresDatabase, directory: Path, clocks: Clocks) -> AsyncIterator[WorkerKeeper]:
    """A keeper whose rounds are the test's to call."""
    keeper = WorkerKeeper(WorkerSlots(database), directory, clock=clocks.wall, elapsed=clocks.elapsed)
    await keeper.start()
    await keeper._periodic.stop()
    try:
        yield keeper
    finally:
        await keeper.stop()


async def crash(keeper: WorkerKeeper) -> None:
    """What remains of a process that is killed: its files, unlocked."""
    await keeper._periodic.stop()
    file, keeper._file = keeper._file, None
    assert file is not None
    file.close()


async def until_made(keeper: WorkerKeeper) -> None:
    while keeper.maker.refusal is not None:
        await keeper.tick()
        keeper._next_renewal = 0
        await asyncio.sleep(0.05)

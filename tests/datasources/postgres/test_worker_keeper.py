"""A process keeps its worker id through outages and crashes, and makes none with a clock that is wrong."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pytest

from datasources.errors import ClockUnsafe
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.worker_keeper import WorkerKeeper, elapsed_ms
from datasources.postgres.worker_slots import WorkerSlots
from datasources.snowflakes import milliseconds_of, unix_ms, worker_of
from tests.datasources.postgres.places import Line, opened

DAY_MS = 86_400_000

CHILD = """
import asyncio, sys
from pathlib import Path
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.worker_keeper import WorkerKeeper
from datasources.postgres.worker_slots import WorkerSlots

async def main(url, directory):
    database = PostgresDatabase(url)
    await database.open()
    async with WorkerKeeper(WorkerSlots(database), Path(directory)) as keeper:
        while True:
            print(keeper.next(), flush=True)
            await asyncio.sleep(0.001)

asyncio.run(main(*sys.argv[1:]))
"""


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


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
async def line_database(line: Line) -> AsyncIterator[PostgresDatabase]:
    """The same database behind a line that can be cut."""
    async with opened(line.url) as database:
        yield database


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


async def test_two_processes_on_one_data_directory_have_two_workers(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as one, keeping(database, tmp_path, clocks) as other:
        ids = [keeper.next() for _ in range(500) for keeper in (one, other)]
    assert len({worker_of(snowflake) for snowflake in ids}) == 2
    assert len(set(ids)) == len(ids)


async def test_after_a_kill_the_same_worker_goes_on_with_greater_ids(
    database: PostgresDatabase, database_url: str, tmp_path: Path, clocks: Clocks
) -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, database_url, str(tmp_path), stdout=PIPE)
    assert child.stdout is not None
    async with asyncio.timeout(30):
        lines = [await child.stdout.readline() for _ in range(50)]
        os.kill(child.pid, signal.SIGKILL)
        lines += (await child.stdout.read()).splitlines()
        last = int(lines[-1])
        await child.wait()
    async with keeping(database, tmp_path, clocks) as keeper:
        first = keeper.next()
    assert worker_of(first) == worker_of(last)
    assert first > last


async def test_after_a_kill_ids_are_greater_although_the_clock_was_set_back(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as killed:
        before = [killed.next() for _ in range(100)]
        await crash(killed)
    clocks.step(-900)
    async with keeping(database, tmp_path, clocks) as keeper:
        assert keeper.next() > max(before)


async def test_an_orderly_stop_gives_the_slot_back_with_its_last_use(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as keeper:
        last = keeper.next()
    (row,) = await database.fetch("SELECT holder, last_used_ms FROM worker_slots WHERE worker = $1", worker_of(last))
    assert tuple(row) == (None, milliseconds_of(last))
    with pytest.raises(ClockUnsafe, match="stopping"):
        keeper.next()


async def test_the_next_holder_begins_after_the_last_use(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path / "one", clocks) as keeper:
        worker = worker_of(keeper.next())
    used_ms = clocks.wall() + 1_500
    await database.execute("UPDATE worker_slots SET holder = gen_random_uuid(), renewed_at = now()")
    await database.execute(
        "UPDATE worker_slots SET holder = NULL, last_used_ms = $2 WHERE worker = $1", worker, used_ms
    )
    async with keeping(database, tmp_path / "two", clocks) as heir:
        first = heir.next()
    assert worker_of(first) == worker
    assert milliseconds_of(first) > used_ms
    await database.execute("UPDATE worker_slots SET holder = NULL, last_used_ms = 0")


async def test_without_postgresql_and_without_a_lease_no_ids_are_made_until_it_is_there(
    line: Line, tmp_path: Path, clocks: Clocks
) -> None:
    await line.cut()
    async with opened(line.url) as database, keeping(database, tmp_path, clocks) as keeper:
        with pytest.raises(ClockUnsafe, match="leased from PostgreSQL first"):
            keeper.next()
        await line.mend()
        await asyncio.wait_for(_until_made(keeper), 5)


async def _until_made(keeper: WorkerKeeper) -> None:
    while keeper.maker.refusal is not None:
        await keeper.tick()
        keeper._next_renewal = 0
        await asyncio.sleep(0.05)


async def test_without_postgresql_a_recorded_lease_is_used(
    database: PostgresDatabase, line: Line, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as killed:
        before = killed.next()
        await crash(killed)
    await line.cut()
    async with opened(line.url) as away, keeping(away, tmp_path, clocks) as keeper:
        first = keeper.next()
        assert worker_of(first) == worker_of(before)
        assert first > before


async def test_without_postgresql_a_recorded_lease_that_has_ended_is_not_used(
    database: PostgresDatabase, line: Line, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as killed:
        killed.next()
        await crash(killed)
    await line.cut()
    clocks.pass_by(DAY_MS)
    async with opened(line.url) as away, keeping(away, tmp_path, clocks) as keeper:
        with pytest.raises(ClockUnsafe, match="leased from PostgreSQL first"):
            keeper.next()


async def test_an_outage_stops_nobody_before_the_lease_ends(
    line: Line, line_database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(line_database, tmp_path, clocks) as keeper:
        await line.cut()
        clocks.pass_by(DAY_MS - 600_000)
        await keeper.tick()
        keeper.next()
        clocks.pass_by(600_000)
        await keeper.tick()
        with pytest.raises(ClockUnsafe, match="lease"):
            keeper.next()


@pytest.mark.parametrize("off", [-5_000, 5_000])
async def test_a_clock_that_is_off_makes_no_ids_until_it_is_mended(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks, off: int
) -> None:
    clocks.step(off)
    async with keeping(database, tmp_path, clocks) as keeper:
        with pytest.raises(ClockUnsafe, match="off PostgreSQL's"):
            keeper.next()
        clocks.step(-off)
        keeper._next_renewal = 0
        await keeper.tick()
        assert abs(milliseconds_of(keeper.next()) - unix_ms()) < 1_000


async def test_a_clock_that_is_set_forward_marks_no_id_with_its_time(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as keeper:
        keeper.next()
        clocks.step(60_000)
        with pytest.raises(ClockUnsafe, match="clock was set"):
            keeper.next()
        await keeper.tick()
        with pytest.raises(ClockUnsafe, match="off PostgreSQL's"):
            keeper.next()


async def test_a_clock_that_is_set_back_makes_no_ids_until_it_is_measured(
    line: Line, line_database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(line_database, tmp_path, clocks) as keeper:
        before = keeper.next()
        await line.cut()
        clocks.step(-1_500)
        await keeper.tick()
        with pytest.raises(ClockUnsafe):
            keeper.next()
        await line.mend()
        await asyncio.wait_for(_until_made(keeper), 5)
        assert keeper.next() > before


async def test_a_slot_that_was_lost_is_replaced(database: PostgresDatabase, tmp_path: Path, clocks: Clocks) -> None:
    async with keeping(database, tmp_path, clocks) as keeper:
        before = keeper.next()
        await database.execute(
            "UPDATE worker_slots SET holder = $2, incarnation = $2, renewed_at = now() WHERE worker = $1",
            worker_of(before),
            uuid4(),
        )
        keeper._next_renewal = 0
        await keeper.tick()
        after = keeper.next()
    assert worker_of(after) != worker_of(before)
    assert after > before


async def test_of_two_copies_of_a_data_directory_one_takes_another_worker(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path / "one", clocks) as one:
        one.next()
        copytree(tmp_path / "one", tmp_path / "two")
        async with keeping(database, tmp_path / "two", clocks) as two:
            one._next_renewal = 0
            await one.tick()
            assert worker_of(one.next()) != worker_of(two.next())


async def test_a_record_that_was_half_written_is_not_believed(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as killed:
        killed.next()
        await crash(killed)
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    file.write_bytes(content[:60] + b"9" + content[61:])
    async with keeping(database, tmp_path, clocks) as keeper:
        keeper.next()
    assert file.read_bytes() != content


async def test_while_ids_are_made_they_are_reserved_ahead_and_otherwise_not(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as keeper:
        keeper.next()
        clocks.pass_by(1_000)
        await keeper.tick()
        assert keeper._file is not None
        mark = keeper._file.record.mark_ms
        assert mark >= clocks.wall() + 1_900
        clocks.pass_by(10_000)
        await keeper.tick()
        assert keeper._file.record.mark_ms == mark

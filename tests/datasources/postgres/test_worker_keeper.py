"""A process keeps its worker id through outages and crashes."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pytest

from datasources.errors import ClockUnsafe
from datasources.postgres.database import PostgresDatabase
from datasources.snowflakes import milliseconds_of, worker_of
from tests.datasources.postgres.keepers import DAY_MS, Clocks, crash, keeping, until_made
from tests.datasources.postgres.places import Line, opened

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
        await asyncio.wait_for(until_made(keeper), 5)


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

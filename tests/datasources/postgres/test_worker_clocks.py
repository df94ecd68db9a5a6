"""No id is made with a clock that is wrong, whoever set it."""

import asyncio
from pathlib import Path

import pytest

from datasources.errors import ClockUnsafe
from datasources.postgres.database import PostgresDatabase
from datasources.snowflakes import milliseconds_of, unix_ms
from tests.datasources.postgres.keepers import Clocks, crash, keeping, until_made
from tests.datasources.postgres.places import Line


async def test_after_a_kill_ids_are_greater_although_the_clock_was_set_back(
    database: PostgresDatabase, tmp_path: Path, clocks: Clocks
) -> None:
    async with keeping(database, tmp_path, clocks) as killed:
        before = [killed.next() for _ in range(100)]
        await crash(killed)
    clocks.step(-900)
    async with keeping(database, tmp_path, clocks) as keeper:
        assert keeper.next() > max(before)


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
        await asyncio.wait_for(until_made(keeper), 5)
        assert keeper.next() > before


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

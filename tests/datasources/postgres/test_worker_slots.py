"""No two processes hold one worker id, and a slot that changes hands carries on where it was left."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from datasources.errors import Unavailable
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.worker_slots import LeasedSlot, WorkerSlots
from datasources.snowflakes import WORKERS, unix_ms
from tests.datasources.postgres.places import opened, own_database


@pytest.fixture
async def slots(database: PostgresDatabase) -> WorkerSlots:
    await database.execute(
        "UPDATE worker_slots SET holder = NULL, incarnation = NULL, renewed_at = NULL, last_used_ms = 0"
    )
    return WorkerSlots(database)


async def leased(slots: WorkerSlots) -> LeasedSlot:
    slot = await slots.lease(uuid4(), uuid4())
    assert slot is not None
    return slot


async def all_but(database: PostgresDatabase, worker: int, age: timedelta) -> None:
    """Every other slot is held by somebody; all were renewed this long ago."""
    await database.execute(
        "UPDATE worker_slots SET renewed_at = now() - $1::interval, holder = coalesce(holder, gen_random_uuid())", age
    )
    await database.execute("UPDATE worker_slots SET renewed_at = now() WHERE worker <> $1", worker)


async def test_slots_leased_at_once_are_distinct(slots: WorkerSlots) -> None:
    found = await asyncio.gather(*(leased(slots) for _ in range(30)))
    assert len({slot.worker for slot in found}) == 30


async def test_a_slot_tells_postgresqls_time(slots: WorkerSlots) -> None:
    before = unix_ms()
    slot = await leased(slots)
    assert before - 1 <= slot.now_ms <= unix_ms() + 1


async def test_a_slot_that_was_given_back_tells_when_it_was_last_used(
    slots: WorkerSlots, database: PostgresDatabase
) -> None:
    incarnation = uuid4()
    slot = await slots.lease(uuid4(), incarnation)
    assert slot is not None
    await all_but(database, slot.worker, timedelta())
    assert await slots.lease(uuid4(), uuid4()) is None
    await slots.release(slot.worker, incarnation, 1_234)
    assert (again := await slots.lease(uuid4(), uuid4())) is not None
    assert (again.worker, again.last_used_ms) == (slot.worker, 1_234)


async def test_only_its_holder_gives_a_slot_back(slots: WorkerSlots, database: PostgresDatabase) -> None:
    slot = await leased(slots)
    await all_but(database, slot.worker, timedelta())
    await slots.release(slot.worker, uuid4(), 1)
    assert await slots.lease(uuid4(), uuid4()) is None


async def test_a_slot_is_not_given_to_another_before_a_day_has_passed(
    slots: WorkerSlots, database: PostgresDatabase
) -> None:
    slot = await leased(slots)
    await all_but(database, slot.worker, timedelta(hours=23, minutes=59))
    assert await slots.lease(uuid4(), uuid4()) is None
    await all_but(database, slot.worker, timedelta(hours=24, seconds=1))
    assert (taken := await slots.lease(uuid4(), uuid4())) is not None
    assert taken.worker == slot.worker


async def test_a_renewal_holds_a_slot_for_another_day(slots: WorkerSlots, database: PostgresDatabase) -> None:
    incarnation = uuid4()
    slot = await slots.lease(uuid4(), incarnation)
    assert slot is not None
    await all_but(database, slot.worker, timedelta(hours=25))
    assert (renewed := await slots.renew(slot.worker, incarnation, 77)) is not None
    assert (renewed.worker, renewed.last_used_ms) == (slot.worker, 77)
    assert await slots.lease(uuid4(), uuid4()) is None


async def test_a_slot_taken_by_another_is_neither_renewed_nor_taken_again(
    slots: WorkerSlots, database: PostgresDatabase
) -> None:
    holder, incarnation = uuid4(), uuid4()
    slot = await slots.lease(holder, incarnation)
    assert slot is not None
    await all_but(database, slot.worker, timedelta(hours=25))
    await leased(slots)
    assert await slots.renew(slot.worker, incarnation, 1) is None
    assert await slots.take_again(slot.worker, holder, uuid4()) is None


async def test_a_lease_whose_answer_was_lost_is_found_again(slots: WorkerSlots) -> None:
    holder = uuid4()
    first = await slots.lease(holder, uuid4())
    second = await slots.lease(holder, uuid4())
    assert first is not None
    assert second is not None
    assert first.worker == second.worker


async def test_there_are_as_many_slots_as_workers(slots: WorkerSlots, database: PostgresDatabase) -> None:
    del slots
    (row,) = await database.fetch("SELECT count(*), min(worker), max(worker) FROM worker_slots")
    assert tuple(row) == (WORKERS, 0, WORKERS - 1)


async def test_a_database_without_tables_is_no_slot_yet(database_url: str, run_id: str) -> None:
    async with own_database(database_url, f"homeroom_test_{run_id}_bare") as url, opened(url) as bare:
        with pytest.raises(Unavailable, match="not been migrated"):
            await WorkerSlots(bare).lease(uuid4(), uuid4())

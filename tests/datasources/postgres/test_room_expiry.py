"""Logs are kept as long as is promised and not much longer; what is owed, until it is settled."""

import asyncio

import pytest

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_expiry import RoomExpiry
from datasources.postgres.room_tables import DIRECT, GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import RoomEvent
from datasources.snowflakes import unix_ms
from tests.contracts.rooms.scenes import DAY_MS, Scene

HOUR_MS = 60 * 60 * 1000


@pytest.fixture
async def empty(database: PostgresDatabase) -> PostgresDatabase:
    """No events and no claims."""
    await database.execute("TRUNCATE group_events, direct_events, viewer_events, group_claims, direct_claims")
    return database


async def logged(database: PostgresDatabase, table: str) -> set[int]:
    rows = await database.fetch(f"SELECT snowflake FROM {table}")  # noqa: S608 - a name of the test's own
    return {row[0] for row in rows}


def sent(scene: Scene, days_ago: float) -> RoomEvent:
    return scene.sent(scene.message(days_ago=days_ago))


async def test_events_go_after_seven_days_and_an_hour_and_messages_stay(group: Scene, empty: PostgresDatabase) -> None:
    old = [sent(group, days) for days in (30, 8, 7 + 1.1 / 24)]
    kept = [sent(group, days) for days in (7 + 0.9 / 24, 6.9, 0)]
    for event in [*old, *kept]:
        await group.store.write(event)
    await RoomExpiry(empty).round()
    assert await logged(empty, "group_events") == {event.snowflake for event in kept}
    messages = [event.message for event in [*old, *kept]]
    assert await group.store.by_ids([message.id for message in messages]) == messages


async def test_the_log_does_not_depend_on_when_the_old_is_removed(group: Scene, empty: PostgresDatabase) -> None:
    for days in (30, 8, 6):
        await group.store.write(sent(group, days))
    before = await group.log()
    await RoomExpiry(empty).round()
    assert await group.log() == before
    assert len(before) == 1


async def test_what_is_owed_stays_until_it_is_settled(direct: Scene, empty: PostgresDatabase) -> None:
    rooms = PostgresRooms(empty, DIRECT)
    event = sent(direct, 40)
    await rooms.write_owing(event)
    await RoomExpiry(empty).round()
    assert await rooms.owed(10) == [event]
    await rooms.settle([event])
    await RoomExpiry(empty).round()
    assert await logged(empty, "direct_events") == set()


async def test_a_key_is_free_again_after_a_day_whether_its_claim_was_removed_or_not(
    group: Scene, empty: PostgresDatabase
) -> None:
    now = unix_ms()
    rooms = {hours: PostgresRooms(empty, GROUPS, clock=lambda at=now + hours * HOUR_MS: at) for hours in (0, 23, 25)}  # type: ignore[misc] # bound at once
    first, second = group.claim("key"), group.claim("key", digest="other input")
    assert await rooms[0].claim(first) == first
    assert await rooms[23].claim(second) == first
    assert await rooms[25].claimed(second) is None
    await RoomExpiry(empty, clock=lambda: now + 24 * HOUR_MS + HOUR_MS // 2).round()
    assert await rooms[23].claimed(second) == first
    assert await rooms[25].claim(second) == second
    assert await rooms[25].claim(first) == second
    await RoomExpiry(empty, clock=lambda: now + 51 * HOUR_MS).round()
    (row,) = await empty.fetch("SELECT count(*) FROM group_claims")
    assert row[0] == 0


async def test_of_many_who_claim_an_expired_key_at_once_one_stands(group: Scene, empty: PostgresDatabase) -> None:
    now = unix_ms()
    await PostgresRooms(empty, GROUPS, clock=lambda: now - 2 * DAY_MS).claim(group.claim("key", digest="old"))
    claims = [group.claim("key", digest=f"input {number}") for number in range(20)]
    standing = await asyncio.gather(*(group.store.claim(claim) for claim in claims))
    assert len(set(standing)) == 1
    assert standing[0] in claims


async def test_much_goes_in_bounded_statements_and_several_processes_share_it(empty: PostgresDatabase) -> None:
    await empty.execute(
        """
        INSERT INTO viewer_events SELECT gen_random_uuid(), number, now(), 'mentioned', false, number > 950, ''
        FROM generate_series(1, 1000) AS number
        """
    )
    await asyncio.gather(*(RoomExpiry(empty, rows_at_once=70).round() for _ in range(3)))
    assert await logged(empty, "viewer_events") == set(range(951, 1001))
    await RoomExpiry(empty, rows_at_once=1).round()
    await empty.execute("UPDATE viewer_events SET owed = false")
    # A round has an end: one row at a time, it leaves the rest to the next.
    await empty.execute(
        "INSERT INTO viewer_events SELECT gen_random_uuid(), 1, now(), '', false, false, '' "
        "FROM generate_series(1, 200)"
    )
    await RoomExpiry(empty, rows_at_once=1).round()
    (row,) = await empty.fetch("SELECT count(*) FROM viewer_events")
    assert row[0] == 50


async def test_it_begins_when_it_is_started_and_ends_when_it_is_stopped(group: Scene, empty: PostgresDatabase) -> None:
    await group.store.write(sent(group, 30))
    before = asyncio.all_tasks()
    async with RoomExpiry(empty), asyncio.timeout(10):
        while await logged(empty, "group_events"):  # noqa: ASYNC110 - rows tell nobody that they are gone
            await asyncio.sleep(0.01)
    assert not [task for task in asyncio.all_tasks() - before if task.get_name() == "expiry of rooms"]

"""An event's row is its own hint: the mark comes and goes with it, and with nothing else."""

import asyncio
from dataclasses import replace

import pytest

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.keys import uuid_of
from datasources.postgres.room_tables import DIRECT, VIEWERS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import Belonging, EventKind, Reaction, RoomEvent
from datasources.records.debts import COUNTED
from datasources.records.encoding import decode_event
from datasources.records.ids import new_channel_id
from tests.contracts.rooms.owing import settle_all
from tests.contracts.rooms.records import revisions
from tests.contracts.rooms.scenes import Scene


@pytest.fixture
async def rooms(database: PostgresDatabase) -> PostgresRooms:
    """Conversations of two that owe nothing."""
    rooms = PostgresRooms(database, DIRECT)
    await settle_all(rooms)
    return rooms


@pytest.fixture
async def people(database: PostgresDatabase) -> Scene:
    """A person's log, in a store that owes nothing."""
    rooms = PostgresRooms(database, VIEWERS)
    await settle_all(rooms)
    return Scene(rooms, "usr", ())


def belonging(people: Scene, revision: int = 1) -> RoomEvent:
    return people.changed(Belonging(people.author_id, people.author_id, new_channel_id(), "member", revision))


async def rows(database: PostgresDatabase, table: str, event: RoomEvent) -> list[tuple[bool, bool]]:
    """(owed, quiet) of the row of this event, if there is one."""
    found = await database.fetch(
        f"SELECT owed, quiet FROM {table} WHERE snowflake = $1",  # noqa: S608 - a name of the test's own
        event.snowflake,
    )
    return [(row[0], row[1]) for row in found]


async def test_the_mark_stands_in_the_row_of_the_event_until_it_is_settled(
    rooms: PostgresRooms, direct: Scene, database: PostgresDatabase
) -> None:
    event = direct.sent(direct.message())
    await rooms.write_owing(event)
    assert await rows(database, "direct_events", event) == [(True, False)]
    # The sweeper's own write, or a repetition, leaves the mark to `settle`.
    await rooms.write(event)
    assert await rooms.still_owed(event)
    await rooms.settle([event])
    assert await rows(database, "direct_events", event) == [(False, False)]
    assert await direct.log() == [event]


async def test_an_event_that_was_written_before_it_was_owed_becomes_so(rooms: PostgresRooms, direct: Scene) -> None:
    event = direct.sent(direct.message())
    await rooms.write(event)
    assert not await rooms.still_owed(event)
    await rooms.write_owing(event)
    assert await rooms.owed(10) == [event]


async def test_a_quiet_change_has_a_row_only_as_long_as_it_is_owed(
    rooms: PostgresRooms, direct: Scene, database: PostgresDatabase
) -> None:
    message = await direct.send()
    (reaction,) = revisions(direct, Reaction, 1, message)
    quiet, logged = direct.changed(reaction, quiet=True), await direct.log()
    await rooms.write_owing(quiet)
    assert await rows(database, "direct_events", quiet) == [(True, True)]
    assert await direct.log() == logged
    await rooms.settle([quiet])
    assert await rows(database, "direct_events", quiet) == []
    assert await rooms.stored([reaction]) == [reaction]
    await rooms.write_owing(replace(quiet, snowflake=quiet.snowflake + 1))
    await rooms.bury(replace(quiet, snowflake=quiet.snowflake + 1), "never")
    assert await rows(database, "direct_events", replace(quiet, snowflake=quiet.snowflake + 1)) == []


async def test_what_was_kept_for_the_log_of_a_person_goes_when_it_is_settled(
    people: Scene, database: PostgresDatabase
) -> None:
    store: PostgresRooms = people.store  # type: ignore[assignment] # so the fixture made it
    elsewhere = Scene(store, "grp").message()
    mention = replace(belonging(people), kind=EventKind.MENTIONED, change=elsewhere)
    events = [belonging(people), mention]
    for event in events:
        await store.write_owing(event)
    assert await store.owed(10) == sorted(events, key=lambda event: event.snowflake)
    await store.apply([events[0].change])
    assert await store.stored([events[0].change]) == [None]
    await store.settle(events)
    assert [await rows(database, "viewer_events", event) for event in events] == [[], []]
    assert (await store.debts()).owed == 0


async def test_the_dead_are_kept_with_their_reason_and_stay_in_the_log(
    rooms: PostgresRooms, direct: Scene, database: PostgresDatabase
) -> None:
    event = direct.sent(direct.message())
    await rooms.write_owing(event)
    await rooms.bury(event, "it does not\x00fit")
    (row,) = await database.fetch(
        "SELECT tables, reason, payload FROM room_dead_letters WHERE snowflake = $1", event.snowflake
    )
    assert (row[0], row[1].startswith("it does not")) == ("direct", True)
    assert decode_event(row[2]) == event
    assert await rows(database, "direct_events", event) == [(False, False)]
    assert await direct.log() == [event]


async def test_an_event_that_cannot_be_read_holds_up_nothing(
    rooms: PostgresRooms, direct: Scene, database: PostgresDatabase
) -> None:
    newer, event = direct.sent(direct.message()), direct.sent(direct.message())
    await rooms.write_owing(newer)
    await rooms.write_owing(event)
    await database.execute("UPDATE direct_events SET payload = '[999]' WHERE snowflake = $1", newer.snowflake)
    assert await rooms.owed(10) == [event]
    assert (await rooms.debts()).owed == 2
    await database.execute("DELETE FROM direct_events WHERE snowflake = $1", newer.snowflake)


async def test_debts_are_counted_up_to_a_bound(rooms: PostgresRooms, database: PostgresDatabase) -> None:
    await database.execute(
        """
        INSERT INTO direct_events SELECT gen_random_uuid(), number, now(), 'message_sent', false, true, ''
        FROM generate_series(1, $1::int) AS number
        """,
        COUNTED + 5,
    )
    assert (await rooms.debts()).owed == COUNTED
    await database.execute("DELETE FROM direct_events WHERE payload = ''")
    assert (await rooms.debts()).owed == 0


async def test_settlers_of_the_same_events_in_contrary_order_do_not_wait_for_each_other(
    rooms: PostgresRooms, direct: Scene, database: PostgresDatabase
) -> None:
    events = [direct.sent(direct.message()) for _ in range(2_000)]
    await database.execute_many(
        "INSERT INTO direct_events VALUES ($1, $2, $3, 'message_sent', false, true, '')",
        [(uuid_of(event.room_id), event.snowflake, event.at) for event in events],
    )
    async with asyncio.timeout(60):
        for _ in range(4):
            await database.execute("UPDATE direct_events SET owed = true WHERE payload = ''")
            await asyncio.gather(*(rooms.settle(events[:: 1 if number % 2 else -1]) for number in range(8)))
            assert (await rooms.debts()).owed == 0
    await database.execute("DELETE FROM direct_events WHERE payload = ''")


async def test_of_many_who_ask_at_once_one_has_the_lease_and_keeps_it_while_it_asks_again(
    rooms: PostgresRooms, database: PostgresDatabase
) -> None:
    await database.execute("DELETE FROM room_leases")
    had = await asyncio.gather(*(rooms.lease(f"holder {number}", 30) for number in range(20)))
    assert had.count(True) == 1
    holder = f"holder {had.index(True)}"
    assert await rooms.lease(holder, 30)
    assert not await rooms.lease("another", 30)
    # The set beside it has a lease of its own.
    assert await PostgresRooms(database, VIEWERS).lease("another", 30)


async def test_a_lease_ends_by_the_clock_of_the_database(rooms: PostgresRooms, database: PostgresDatabase) -> None:
    await database.execute("DELETE FROM room_leases")
    assert await rooms.lease("one", 30)
    await database.execute("UPDATE room_leases SET until = now() - interval '1 millisecond'")
    assert await rooms.lease("other", 30)
    assert not await rooms.lease("one", 30)

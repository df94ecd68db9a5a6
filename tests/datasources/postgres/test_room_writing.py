"""A change is one statement: whatever ends it in the middle leaves all of it or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from datasources.errors import Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.postgres.database import PostgresDatabase
from datasources.records.changes import Change, Grading, Reaction, RoomEvent
from datasources.records.ids import new_user_id
from datasources.records.messages import Message
from tests.contracts.rooms.records import record, revisions
from tests.contracts.rooms.scenes import Scene

# What the writer is made to wait for: the row of its message, or the place of its event, which comes last.
_HELD = {
    "message": "SELECT FROM direct_messages WHERE room_id = $1 AND snowflake = $2 FOR UPDATE",
    "event": "INSERT INTO direct_events VALUES ($1, $2, now(), '', false, false, '')",
}
_WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'homeroom' AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def waiting_writer(other: asyncpg.Connection[asyncpg.Record]) -> int:
    """The server's process that waits for what `other` holds."""
    async with asyncio.timeout(10):
        while (pid := await other.fetchval(_WAITING)) is None:  # noqa: ASYNC110 - nothing tells of a wait in the server
            await asyncio.sleep(0.01)
    return int(pid)


@pytest.mark.parametrize("owed", [False, True], ids=["written", "owed"])
@pytest.mark.parametrize("held", ["message", "event"])
async def test_a_writer_that_is_killed_in_the_middle_leaves_neither_event_nor_record(
    direct: Scene, other: asyncpg.Connection[asyncpg.Record], held: str, owed: bool
) -> None:
    message = await direct.send()
    before = await direct.log()
    edit = direct.edited(message, "never")
    place = message.snowflake if held == "message" else edit.snowflake
    async with other.transaction():
        await other.execute(_HELD[held], direct.room_id[4:], place)
        writing = asyncio.create_task(_write(direct, edit, owed=owed))
        await other.execute("SELECT pg_terminate_backend($1)", await waiting_writer(other))
        with pytest.raises(Unavailable):
            await asyncio.wait_for(writing, 10)
        await other.execute("DELETE FROM direct_events WHERE kind = ''")
    assert await direct.stored(message) == message
    assert await direct.log() == before
    assert await direct.store.history([message.id]) == [[]]
    assert not await direct.store.still_owed(edit)  # type: ignore[attr-defined] # this store keeps what is owed
    await _write(direct, edit, owed=owed)
    assert await direct.stored(message) == edit.message
    assert len(await direct.log()) == len(before) + 1


async def _write(scene: Scene, event: RoomEvent, *, owed: bool) -> None:
    if owed:
        await scene.store.write_owing(event)  # type: ignore[attr-defined] # this store keeps what is owed
    else:
        await scene.store.write(event)


async def test_a_change_is_one_round_trip_whatever_it_changes(group: Scene) -> None:
    message = await group.send()
    events = [group.sent(group.message()), group.edited(message, "mended"), group.deleted(message, revisions=2)]
    events += [group.changed(revisions(group, kind, 1, message)[0]) for kind in group.records]
    trips = RoundTrips()
    token = round_trips.set(trips)
    try:
        for event in events:
            await group.store.write(event)
    finally:
        round_trips.reset(token)
    assert trips.report() == {"postgresql": {"waves": len(events), "statements": len(events)}}


async def test_writers_of_the_same_rows_in_contrary_order_do_not_wait_for_each_other(group: Scene) -> None:
    messages = [await group.send() for _ in range(30)]
    person = new_user_id()

    def edits(revision: int) -> list[Change]:
        changes: list[Change] = []
        for message in messages:
            changes.append(group.edited(message, f"edit {revision}", revisions=revision).change)
            changes.append(record(group, Reaction, revision, message=message, user_id=person))
        return changes

    async def one_by_one(order: Callable[[list[Message]], list[Message]], revision: int) -> None:
        for message in order(messages):
            edit = group.edited(message, f"edit {revision}", revisions=revision)
            await asyncio.gather(group.store.write(edit), group.store.write(edit))

    async with asyncio.timeout(60):
        for revision in range(1, 9, 4):
            await asyncio.gather(
                group.store.apply(edits(revision)),
                group.store.apply(edits(revision + 1)[::-1]),
                one_by_one(lambda some: some, revision + 2),
                one_by_one(lambda some: some[::-1], revision + 3),
            )
    assert [each.content for each in await group.shown()] == ["edit 8"] * len(messages)


async def test_what_a_set_does_not_keep_is_refused_to_writers_and_is_nothing_to_readers(group: Scene) -> None:
    message = await group.send()
    (grading,) = revisions(group, Grading, 1, message)
    before = await group.log()
    with pytest.raises(TypeError, match="Grading"):
        await group.store.write(group.changed(grading))
    with pytest.raises(TypeError, match="Grading"):
        await group.store.apply([message, grading])
    assert await group.log() == before
    assert await group.store.of_messages(Grading, [message.id]) == [[]]
    assert await group.store.stored([grading]) == [None]


async def test_the_history_of_a_deleted_message_is_gone_from_the_table_too(
    group: Scene, database: PostgresDatabase
) -> None:
    message = await group.send()
    edit = group.edited(message, "mended")
    await group.store.write(edit)
    (kept,) = await database.fetch("SELECT count(*) FROM group_message_history WHERE snowflake = $1", message.snowflake)
    assert kept[0] == 2  # what it said before and after
    await group.store.apply([group.deleted(edit.message).change])
    # An edit that comes late brings nothing back.
    await group.store.write(group.edited(message, "late"))
    (kept,) = await database.fetch("SELECT count(*) FROM group_message_history WHERE snowflake = $1", message.snowflake)
    assert kept[0] == 0


async def test_tables_that_are_not_there_yet_are_an_outage(group: Scene, database: PostgresDatabase) -> None:
    await database.execute("ALTER TABLE group_messages RENAME TO elsewhere")
    try:
        with pytest.raises(Unavailable, match="not been migrated"):
            await group.shown()
    finally:
        await database.execute("ALTER TABLE elsewhere RENAME TO group_messages")

"""The log of one person: it tells of changes of other rooms, and keeps their records nowhere."""

import asyncio
from dataclasses import replace

from datasources.records.changes import Belonging, EventKind, RoomEvent
from datasources.records.ids import new_channel_id
from datasources.snowflakes import first_of, unix_ms
from tests.contracts.rooms.owing import Owing
from tests.contracts.rooms.scenes import DAY_MS, Scene


def belonging(scene: Scene, revision: int) -> RoomEvent:
    return scene.changed(
        Belonging(scene.author_id, scene.author_id, new_channel_id(), None if revision % 2 else "owner", revision)
    )


def mention(scene: Scene) -> RoomEvent:
    """A message of a channel, told to this person."""
    elsewhere = Scene(scene.store)
    event = belonging(scene, 1)
    return replace(event, kind=EventKind.MENTIONED, change=elsewhere.message(content="@you"))


async def test_events_of_other_rooms_are_given_as_they_were_written(person: Scene) -> None:
    events = [belonging(person, 1), mention(person), belonging(person, 2), mention(person)]
    await asyncio.gather(*(person.store.write(event) for event in [*reversed(events), *events]))
    assert await person.store.events(person.room_id, 0, 100) == events
    assert await person.store.events(person.room_id, events[0].snowflake, 2) == events[1:3]
    assert await person.another().log() == []


async def test_what_is_owed_to_a_log_is_read_in_it_until_it_is_settled(owing_person: Owing) -> None:
    person, store = owing_person.scene, owing_person.store
    events = [belonging(person, 1), mention(person), belonging(person, 2)]
    for event in [*reversed(events), *events]:
        await store.write_owing(event)
    assert await store.owed(100) == events
    assert await person.log() == events
    await store.settle(events[:2])
    assert await store.owed(100) == events[2:]
    assert [await store.still_owed(event) for event in events] == [False, False, True]
    assert await person.log() == (events if owing_person.mirrored else events[2:])
    debts = await store.debts()
    assert (debts.owed, debts.oldest) == (1, events[2].at)


async def test_the_log_of_a_person_begins_seven_days_ago(person: Scene) -> None:
    start = await person.store.log_start(person.room_id)
    assert first_of(unix_ms() - 7 * DAY_MS - 1000) <= start <= first_of(unix_ms() - 7 * DAY_MS + 3_600_000)


async def test_a_hundred_writers_of_one_log(person: Scene) -> None:
    events = [belonging(person, number) for number in range(100)]
    await asyncio.gather(*(person.store.write(event) for event in events))
    assert await person.log() == events


async def test_many_logs_are_written_together_as_often_as_one_likes(person: Scene) -> None:
    people = [person, *(person.another() for _ in range(60))]
    events = [belonging(each, 1) for each in people]
    assert await person.store.write_many(events) == events
    await asyncio.gather(person.store.write_many(events), person.store.write_many([*reversed(events)]))
    assert [await each.log() for each in people] == [[event] for event in events]

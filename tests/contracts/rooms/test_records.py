"""The small records beside messages: each stands whole at its newest revision, whatever the order of its writes."""

import asyncio
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from datasources.records.changes import MESSAGE_RECORDS, ROOM_RECORDS, Change, Grading, Pin, Reaction, ReadState
from datasources.records.ids import new_user_id
from datasources.records.messages import Message
from tests.contracts.rooms.records import record, revisions
from tests.contracts.rooms.scenes import Scene


async def read(scene: Scene, kind: type[Any], message: Message) -> list[Change]:
    """The records of this type, as loaders ask for them."""
    if kind in MESSAGE_RECORDS:
        (found,) = await scene.store.of_messages(kind, [message.id])
    else:
        (found,) = await scene.store.of_rooms(kind, [scene.room_id], 100)
    return list(found)


async def test_a_record_is_read_as_it_was_written(scene: Scene) -> None:
    for kind in scene.records:
        message = await scene.send()
        (change,) = revisions(scene, kind, 1, message)
        event = scene.changed(change)
        await scene.store.write(event)
        assert change in await read(scene, kind, message)
        assert await scene.store.stored([change]) == [change]
        assert event in await scene.log()


async def test_the_newest_revision_stands_whatever_the_order(scene: Scene) -> None:
    for kind in scene.records:
        for order in permutations(range(3)):
            place = scene.another()
            changes = revisions(place, kind, 3, place.message())
            events = [place.changed(change) for change in changes]
            for number in [*order, *order]:
                await place.store.write(events[number])
            assert await place.store.stored([changes[0]]) == [changes[2]], (kind, order)


async def test_what_has_ended_is_given_too_and_stays_ended(scene: Scene) -> None:
    message = await scene.send()
    for kind in scene.records:
        began, ended = revisions(scene, kind, 2, message)
        for change in (began, ended, began):
            await scene.store.write(scene.changed(change))
        found = await read(scene, kind, message)
        assert ended in found
        assert began not in found


async def test_of_two_with_one_revision_one_stands_as_a_whole(scene: Scene) -> None:
    for kind in set(scene.records) - {ReadState}:
        place = scene.another()
        message = place.message()
        one = record(place, kind, 7, message=message, user_id=place.author_id)
        # The same number, and other values: as two processes would make within a microsecond.
        other = replace(record(place, kind, 8, message=message, user_id=place.author_id), revision=7)
        await asyncio.gather(*(place.store.write(place.changed(change)) for change in (one, other)))
        (stood,) = await place.store.stored([one])
        assert stood in (one, other)
        for change in (one, other):
            await place.store.write(place.changed(change))
            await place.store.apply([change])
        (stands,) = await place.store.stored([one])
        assert stands in (one, other)


async def test_read_states_merge_by_maximum(scene: Scene) -> None:
    assert ReadState in scene.records, "every room has read states"
    user_id, other_id = new_user_id(), new_user_id()
    states = [ReadState(scene.room_id, user_id, last_read) for last_read in (5, 1 << 62, 17, 0)]
    await asyncio.gather(*(scene.store.write(scene.changed(state)) for state in states))
    await scene.store.write(scene.changed(ReadState(scene.room_id, other_id, 3)))
    await scene.store.apply([states[0], states[3]])
    assert await scene.store.stored(states) == [states[1]] * 4
    (found,) = await scene.store.of_rooms(ReadState, [scene.room_id], 10)
    assert {state.user_id: state.last_read for state in found} == {user_id: 1 << 62, other_id: 3}


async def test_a_quiet_change_is_kept_and_not_logged(scene: Scene) -> None:
    message = await scene.send()
    before = await scene.log()
    for kind in scene.records:
        (change,) = revisions(scene, kind, 1, message)
        event = scene.changed(change, quiet=True)
        await scene.store.write(event)
        await scene.store.write(event)
        assert await scene.store.stored([change]) == [change]
    assert await scene.log() == before


async def test_each_person_has_records_of_their_own(scene: Scene) -> None:
    message = await scene.send()
    people = [new_user_id() for _ in range(3)]
    reactions = [
        record(scene, Reaction, 1, message=message, user_id=user_id, emoji=emoji)
        for user_id in people
        for emoji in ("👍", "👍🏿", "+1", ":party_parrot:", "e\u0301", "\u00e9")
    ]
    await asyncio.gather(*(scene.store.write(scene.changed(reaction)) for reaction in reactions))
    (found,) = await scene.store.of_messages(Reaction, [message.id])
    assert len(found) == len(reactions)
    assert set(found) == set(reactions)


async def test_of_messages_answers_in_the_order_of_its_keys(scene: Scene) -> None:
    other = scene.another()
    messages = [await scene.send(days_ago=25), await scene.send(), await other.send()]
    missing = scene.message()
    for kind in _of(scene, MESSAGE_RECORDS):
        changes = [
            revisions(place, kind, 1, message)[0]
            for place, message in zip((scene, scene, other), messages, strict=True)
        ]
        for place, change in zip((scene, scene, other), changes, strict=True):
            await place.store.write(place.changed(change))
        old, new, elsewhere = (message.id for message in messages)
        found = await scene.store.of_messages(kind, [new, missing.id, elsewhere, old, new])
        assert [list(each) for each in found] == [[changes[1]], [], [changes[2]], [changes[0]], [changes[1]]]
        assert await scene.store.of_messages(kind, []) == []


async def test_of_rooms_answers_in_the_order_of_its_keys_up_to_a_limit(scene: Scene) -> None:
    other, empty = scene.another(), scene.another()
    for kind in _of(scene, ROOM_RECORDS):
        for place, count in ((scene, 5), (other, 1)):
            for _ in range(count):
                (change,) = revisions(place, kind, 1, await place.send())
                await place.store.write(place.changed(change))
        rooms = [empty.room_id, scene.room_id, other.room_id, scene.room_id]
        several = 1 if kind.__name__ == "Conversation" else 5
        found = await scene.store.of_rooms(kind, rooms, 10)
        assert [len(each) for each in found] == [0, several, 1, several], kind
        assert found[1] == found[3]
        limited = await scene.store.of_rooms(kind, rooms, 2)
        assert [len(each) for each in limited] == [0, min(several, 2), 1, min(several, 2)]
        assert {change.room_id for change in found[1]} == {scene.room_id}
        assert await scene.store.of_rooms(kind, [], 10) == []


async def test_of_what_a_room_does_not_have_there_is_nothing(scene: Scene) -> None:
    message = await scene.send()
    assert [list(each) for each in await scene.store.of_messages(Reaction, [message.id])] == [[]]
    assert [list(each) for each in await scene.store.of_messages(Grading, [message.id])] == [[]]
    assert [list(each) for each in await scene.store.of_rooms(Pin, [scene.room_id], 10)] == [[]]


async def test_stored_answers_for_records_of_all_types_at_once(scene: Scene) -> None:
    message, missing = await scene.send(), scene.message()
    changes: list[Change] = [revisions(scene, kind, 1, message)[0] for kind in scene.records]
    absent: list[Change] = [revisions(scene.another(), kind, 1, missing)[0] for kind in scene.records]
    await scene.store.apply(changes)
    asked = [missing, *changes, message, *absent, *changes]
    assert await scene.store.stored(asked) == [None, *changes, message, *(None for _ in absent), *changes]
    assert await scene.store.stored([]) == []


async def test_apply_writes_what_is_behind_and_no_events(scene: Scene) -> None:
    message = await scene.send()
    before = await scene.log()
    old: list[Change] = []
    new: list[Change] = []
    newer: list[Change] = []
    for kind in scene.records:
        one, two, three = revisions(scene, kind, 3, message)
        await scene.store.write(scene.changed(two, quiet=True))
        old.append(one)
        new.append(two)
        newer.append(three)
    await scene.store.apply([*old, message])
    assert await scene.store.stored(old) == new
    await scene.store.apply([*newer, *old, *newer])
    assert await scene.store.stored(old) == newer
    assert await scene.log() == before


async def test_a_record_before_its_message_waits_for_it(scene: Scene) -> None:
    message = scene.message(days_ago=3)
    (reaction,) = revisions(scene, Reaction, 1, message)
    await scene.store.write(scene.changed(reaction))
    assert await scene.stored(message) is None
    assert await scene.shown() == []
    await scene.store.write(scene.sent(message))
    assert await scene.stored(message) == message
    assert await read(scene, Reaction, message) == [reaction]


@pytest.mark.parametrize("number", [1, 230])
async def test_many_records_are_read_in_a_call(scene: Scene, number: int) -> None:
    messages = [scene.message(days_ago=place / 10) for place in range(number)]
    changes = [revisions(scene, Reaction, 1, message)[0] for message in messages]
    await scene.store.apply([*messages, *changes])
    found = await scene.store.of_messages(Reaction, [message.id for message in messages])
    assert [list(each) for each in found] == [[change] for change in changes]
    assert await scene.store.stored(changes) == changes


def _of(scene: Scene, kinds: tuple[type[Any], ...]) -> list[type[Any]]:
    return [kind for kind in kinds if kind in scene.records]

"""What one store keeps for another: visible at once, owed until it is settled, and never lost in between."""

import asyncio
from dataclasses import replace

import pytest

from datasources.records.changes import Change, Reaction, RoomEvent
from datasources.records.ids import MessageId
from datasources.records.messages import Message
from tests.contracts.rooms.owing import Owing
from tests.contracts.rooms.records import revisions

pytestmark = pytest.mark.usefixtures("nothing_owed")


async def keep(owing: Owing, events: list[RoomEvent]) -> None:
    for event in events:
        await owing.store.write_owing(event)


async def ids_owed(owing: Owing) -> list[int]:
    return [event.snowflake for event in await owing.store.owed(1_000)]


async def test_what_is_owed_is_read_as_everything_else(owing: Owing) -> None:
    scene, message = owing.scene, owing.scene.message()
    records: list[Change] = [revisions(scene, kind, 1, message)[0] for kind in scene.records]
    sent, edit = scene.sent(message), scene.edited(message, "mended")
    events = [sent, edit, *map(scene.changed, records)]
    await keep(owing, events)
    assert await scene.stored(message) == edit.message
    assert await scene.shown() == [edit.message]
    assert await scene.store.stored(records) == records
    (reactions,) = await scene.store.of_messages(Reaction, [message.id])
    assert list(reactions) == [record for record in records if isinstance(record, Reaction)]
    assert await scene.log() == [replace(event, previous=None) for event in events]
    (history,) = await scene.store.history([message.id])
    assert list(history) == [message]


async def test_owed_events_come_in_order_and_whole(owing: Owing) -> None:
    first, second = owing.scene, owing.scene.another()
    message, other = first.message(), second.message()
    events = [first.sent(message), second.sent(other), first.edited(message, "mended"), second.deleted(other)]
    (reaction,) = revisions(first, Reaction, 1, message)
    events.append(first.changed(reaction, quiet=True))
    await keep(owing, [*reversed(events), *events])
    assert await owing.store.owed(1_000) == events
    assert await owing.store.owed(2) == events[:2]
    assert [await owing.store.still_owed(event) for event in events] == [True] * len(events)
    assert events[-1] not in await first.log()


async def test_settled_is_owed_no_more(owing: Owing) -> None:
    scene, messages = owing.scene, [owing.scene.message() for _ in range(4)]
    events = [scene.sent(message) for message in messages]
    await keep(owing, events)
    await owing.store.settle(events[:3])
    await owing.store.settle(events[:1])
    await owing.store.settle([])
    assert await ids_owed(owing) == [events[3].snowflake]
    assert [await owing.store.still_owed(event) for event in events] == [False, False, False, True]
    standing = messages if owing.mirrored else messages[3:]
    assert await scene.shown() == standing
    assert [event.message for event in await scene.log()] == standing


async def test_what_another_event_still_owes_stays_when_one_is_settled(owing: Owing) -> None:
    scene, message = owing.scene, owing.scene.message()
    sent, edit = scene.sent(message), scene.edited(message, "mended")
    one, two = (scene.changed(change) for change in revisions(scene, Reaction, 2, message))
    await keep(owing, [sent, edit, one, two])
    await owing.store.settle([sent, one])
    assert await scene.stored(message) == edit.message
    assert await scene.store.stored([one.change]) == [two.change]
    await owing.store.settle([edit, two])
    left = edit.message if owing.mirrored else None
    assert await scene.stored(message) == left
    assert await scene.store.stored([one.change]) == [two.change if owing.mirrored else None]
    assert await ids_owed(owing) == []


async def test_settled_the_other_way_round_nothing_is_left_behind(owing: Owing) -> None:
    scene, message = owing.scene, owing.scene.message()
    sent, edit, deletion = scene.sent(message), scene.edited(message, "mended"), scene.deleted(message, revisions=2)
    await keep(owing, [sent, edit, deletion])
    await owing.store.settle([deletion])
    await owing.store.settle([edit])
    await owing.store.settle([sent])
    stored = await scene.stored(message)
    assert (stored is not None) is owing.mirrored
    assert await scene.shown() == []


async def test_an_event_that_was_never_owed_is_not(owing: Owing) -> None:
    scene = owing.scene
    event = scene.sent(scene.message())
    assert not await owing.store.still_owed(event)
    if owing.mirrored:
        await owing.store.write(event)
        assert not await owing.store.still_owed(event)
        assert await ids_owed(owing) == []


async def test_the_dead_are_owed_no_more_and_are_counted(owing: Owing) -> None:
    scene, before = owing.scene, (await owing.store.debts()).dead
    bad, good = scene.sent(scene.message()), scene.sent(scene.message())
    await keep(owing, [bad, good])
    await owing.store.bury(bad, "it will not apply")
    await owing.store.bury(bad, "it will not apply")
    assert await ids_owed(owing) == [good.snowflake]
    assert not await owing.store.still_owed(bad)
    debts = await owing.store.debts()
    assert (debts.owed, debts.dead) == (1, before + 1)


async def test_debts_say_how_much_and_since_when(owing: Owing) -> None:
    scene = owing.scene
    debts = await owing.store.debts()
    assert (debts.owed, debts.oldest) == (0, None)
    events = [scene.sent(scene.message(days_ago=days)) for days in (0.5, 2, 1)]
    await keep(owing, events)
    debts = await owing.store.debts()
    assert (debts.owed, debts.oldest) == (3, events[1].at)
    await owing.store.settle(events[1:2])
    assert (await owing.store.debts()).oldest == events[2].at


async def test_writers_and_a_sweeper_at_once_lose_nothing(owing: Owing) -> None:
    scene, taken = owing.scene, dict[MessageId, Message]()
    messages = [scene.message(content=f"{number}") for number in range(60)]
    writing = True

    async def write(message: Message) -> None:
        await owing.store.write_owing(scene.sent(message))
        await owing.store.write_owing(scene.edited(message, f"{message.content}, mended"))

    async def sweep() -> None:
        while writing or await owing.store.owed(1):
            events = await owing.store.owed(7)
            for event in events:
                standing = taken.get(event.message.id)
                if standing is None or standing.revision < event.message.revision:
                    taken[event.message.id] = event.message
            await owing.store.settle(events)

    sweeping = asyncio.create_task(sweep())
    await asyncio.gather(*map(write, messages))
    writing = False
    async with asyncio.timeout(60):
        await sweeping
    assert [taken[message.id].content for message in messages] == [f"{message.content}, mended" for message in messages]
    left = await owing.store.by_ids([message.id for message in messages])
    assert left == ([taken[message.id] for message in messages] if owing.mirrored else [None] * len(messages))


async def test_one_holder_at_a_time_has_the_lease(owing: Owing) -> None:
    holders = [f"{owing.scene.author_id}-{number}" for number in range(5)]
    had = await asyncio.gather(*(owing.store.lease(holder, 1) for holder in holders))
    assert had.count(True) == 1
    holder, other = holders[had.index(True)], holders[had.index(False)]
    assert await owing.store.lease(holder, 1)
    assert not await owing.store.lease(other, 0)
    await _ended(1)
    assert await owing.store.lease(other, 1)
    assert not await owing.store.lease(holder, 0)
    # The next test finds no holder.
    await _ended(1)


async def _ended(seconds: float) -> None:
    await asyncio.sleep(seconds + 0.1)  # what is waited for is the end of a time

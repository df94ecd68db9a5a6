"""What is owed is delivered once in effect, whoever sweeps and whatever dies meanwhile; and one key is one message."""

import asyncio

import pytest

from datasources.errors import Unavailable
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import message_id
from datasources.records.messages import Message
from tests.contracts.rooms.scenes import Scene
from tests.datasources.layers.pairs import ChannelPair, DirectPair, Pair, Process

# The driver of MongoDB leaves a socket behind where a connection is lost while it is made; see `let_go`.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

OWED = 1_000
ROOMS = 5


async def nothing_owed(pair: Pair) -> None:
    """Returns when others have moved everything."""
    async with asyncio.timeout(120):
        while True:
            if not (await pair.second.debts()).owed:
                return
            await asyncio.sleep(0.2)


async def test_a_thousand_owed_events_are_moved_once_with_ids_ascending(channels: ChannelPair) -> None:
    one, other = await channels.process(), await channels.process()
    scenes = [one.scene() for _ in range(ROOMS)]
    events = [scene.sent(scene.message()) for _ in range(OWED // ROOMS) for scene in scenes]
    for start in range(0, OWED, 50):
        await asyncio.gather(*(channels.second.write_owing(event) for event in events[start : start + 50]))
    await one.handoff.start()
    await other.handoff.start()
    await nothing_owed(channels)
    for scene in scenes:
        written = [event for event in events if event.room_id == scene.room_id]
        assert await channels.first.events(scene.room_id, 0, OWED) == written
        found = await channels.first.by_ids([event.message.id for event in written])
        assert found == [event.message for event in written]
    # One of the two leads at a time; a lease that ran out on a slow machine costs repetitions, which change nothing.
    assert one.first.calls.count("write") + other.first.calls.count("write") >= OWED


async def test_a_sweeper_that_dies_before_it_settles_costs_a_repetition(pair: Pair) -> None:
    dying, next_one = await pair.process(), await pair.process()
    scene = dying.scene()
    events = [scene.sent(scene.message()) for _ in range(3)]
    for event in events:
        await pair.second.write_owing(event)
    stop = dying.second.stop_before("settle")
    sweep = asyncio.create_task(dying.handoff.sweep())
    await stop.reached()
    sweep.cancel()
    await asyncio.gather(sweep, return_exceptions=True)
    assert await pair.second.owed(10) == events
    assert await scene.shown() == [event.message for event in events]
    await pair.release_lease()
    await next_one.handoff.sweep()
    assert await pair.second.owed(10) == []
    assert await pair.first.events(scene.room_id, 0, 10) == events
    assert await scene.shown() == [event.message for event in events]


async def test_two_sweepers_at_once_do_no_harm(pair: Pair) -> None:
    one, other = await pair.process(), await pair.process()
    scene = one.scene()
    message = scene.message()
    events = [scene.sent(message), *(scene.edited(message, f"edit {each}", revisions=each) for each in range(1, 10))]
    for event in events:
        await pair.second.write_owing(event)
    stop = one.first.stop_before("write")
    sweep = asyncio.create_task(one.handoff.sweep())
    await stop.reached()
    # As if the first one's lease had run out while it stood still.
    await pair.release_lease()
    await other.handoff.sweep()
    assert await scene.shown() == [events[-1].message]
    stop.release()
    await sweep
    assert await scene.shown() == [events[-1].message]
    assert [each.snowflake for each in await pair.first.events(scene.room_id, 0, 100)] == [
        event.snowflake for event in events
    ]


async def test_who_does_not_lead_does_not_sweep(channels: ChannelPair) -> None:
    leading, waiting = await channels.process(), await channels.process()
    scene = leading.scene()
    await channels.second.write_owing(scene.sent(scene.message()))
    await leading.handoff.sweep()
    event = scene.sent(scene.message())
    await channels.second.write_owing(event)
    await waiting.handoff.sweep()
    assert await channels.second.owed(10) == [event]
    # An orderly stop gives the lease back.
    await leading.handoff.stop()
    await waiting.handoff.sweep()
    assert await channels.second.owed(10) == []


async def test_an_outage_in_the_midst_of_a_sweep_loses_nothing(channels: ChannelPair) -> None:
    sweeping, other = await channels.process(), await channels.process()
    scene = sweeping.scene()
    events = [scene.sent(scene.message()) for _ in range(20)]
    for event in events:
        await channels.second.write_owing(event)
    stop = sweeping.first.stop_after("write")
    sweep = asyncio.create_task(sweeping.handoff.sweep())
    await stop.reached()
    await sweeping.lose_first()
    stop.release()
    await sweep
    left = await channels.second.owed(100)
    assert 0 < len(left) < 20
    await channels.release_lease()
    await other.handoff.sweep()
    assert await channels.second.owed(100) == []
    assert await channels.first.events(scene.room_id, 0, 100) == events


async def sent_twice(pair: Pair, one: Process, other: Process) -> tuple[Scene, Message, Message]:
    """A message of one key that stands in the first store, and another that is owed to it.

    The first attempt takes effect and its answer is lost, with the other store away; the retry comes by a process that
    does not reach the first store.
    """
    scene = one.scene()
    await one.lose_second()
    first = scene.message_of(await one.handoff.claim(scene.claim("key")), "once")
    lost = one.first.stop_after("write_owing" if pair.mirrored else "write")
    attempt = asyncio.create_task(one.handoff.write(scene.sent(first)))
    await lost.reached()
    (refused,) = await asyncio.gather(attempt, return_exceptions=True)
    assert isinstance(refused, Unavailable)
    lost.release()
    await other.lose_first()
    retried = other.scene(scene)
    second = retried.message_of(await other.handoff.claim(retried.claim("key")), "once")
    await other.handoff.write(retried.sent(second))
    assert second.id != first.id
    return scene, first, second


async def test_a_fail_over_in_mid_attempt_shows_one_message_and_makes_the_other_an_alias(pair: Pair) -> None:
    told: list[RoomEvent] = []

    async def tell(event: RoomEvent) -> None:
        told.append(event)

    one, other, reading = await pair.process(), await pair.process(), await pair.process(tell=tell)
    scene, first, second = await sent_twice(pair, one, other)
    seen_by = reading.scene(scene)
    assert await seen_by.shown() == [first]
    await reading.handoff.sweep()
    assert await pair.second.owed(10) == []
    assert await seen_by.shown() == [first]
    assert await pair.first.by_ids([first.id]) == [first]
    (alias,) = await reading.handoff.by_ids([second.id])
    assert alias is not None
    assert (alias.alias_of, alias.content) == (first.id, "")
    assert alias.deleted_at is not None
    (deletion,) = told
    assert (deletion.kind, deletion.change) == (EventKind.MESSAGE_DELETED, alias)
    log = await reading.handoff.events(scene.room_id, 0, 10)
    assert log[-1] == deletion
    # Whoever retries once more is given the message that stands.
    again = await reading.handoff.claim(seen_by.claim("key"))
    assert message_id(again.room_id, again.snowflake) == first.id


async def test_the_smaller_of_two_stays_though_it_was_owed(channels: ChannelPair) -> None:
    process = await channels.process()
    scene = process.scene()
    owed_claim, standing_claim = scene.claim("key"), scene.claim("key")
    owed, standing = scene.message_of(owed_claim, "once"), scene.message_of(standing_claim, "once")
    await channels.second.claim(owed_claim)
    await channels.second.write_owing(scene.sent(owed))
    await channels.first.claim(standing_claim)
    await channels.first.write(scene.sent(standing))
    assert await scene.shown() == [owed]
    await process.handoff.sweep()
    assert await scene.shown() == [owed]
    (alias,) = await channels.first.by_ids([standing.id])
    assert alias is not None
    assert alias.alias_of == owed.id


async def test_two_things_that_were_sent_under_one_key_both_stay(channels: ChannelPair) -> None:
    process = await channels.process()
    scene = process.scene()
    one, other = scene.claim("key", digest="one"), scene.claim("key", digest="other")
    await channels.first.claim(one)
    await channels.first.write(scene.sent(scene.message_of(one, "one")))
    await channels.second.claim(other)
    await channels.second.write_owing(scene.sent(scene.message_of(other, "other")))
    await process.handoff.sweep()
    assert [message.content for message in await channels.scene(channels.first, scene).shown()] == ["one", "other"]


async def test_a_claim_of_an_outage_is_carried_before_its_message(pair: Pair) -> None:
    one, other = await pair.process(), await pair.process()
    scene = one.scene()
    await one.lose_first()
    claim = await one.handoff.claim(scene.claim("key"))
    await one.handoff.write(scene.sent(scene.message_of(claim, "once")))
    retried = other.scene(scene)
    assert await other.handoff.claim(retried.claim("key")) == claim
    await pair.release_lease()
    await other.handoff.sweep()
    assert await pair.first.claimed(claim) == claim
    assert await other.handoff.claim(retried.claim("key")) == claim
    assert await other.handoff.claimed(retried.claim("key")) == claim


async def test_a_claim_of_an_outage_goes_to_the_first_store_with_a_message_that_goes_there(pair: Pair) -> None:
    process = await pair.process()
    scene = process.scene()
    await process.lose_first()
    claim = await process.handoff.claim(scene.claim("key"))
    # The attempt on the first store has been given up for good: it takes no effect when that is back.
    await process.handoff.first.stop()
    await process.mend_first()
    event = scene.sent(scene.message_of(claim, "once"))
    assert await process.handoff.write(event) == event
    assert await pair.first.claimed(claim) == claim


async def test_a_mirrored_claim_stands_in_both(direct: DirectPair) -> None:
    process, other = await direct.process(), await direct.process()
    scene = process.scene()
    claim = await process.handoff.claim(scene.claim("key"))
    await process.handoff.write(scene.sent(scene.message_of(claim, "once")))
    await other.lose_first()
    assert await other.handoff.claim(other.scene(scene).claim("key")) == claim

"""What is owed is delivered once in effect, whoever sweeps and whatever dies meanwhile."""

import asyncio

import pytest

from tests.datasources.layers.pairs import ChannelPair, Pair

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

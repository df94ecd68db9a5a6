"""A reader may believe for half a second that nothing is owed, and misses nothing that was acknowledged."""

import asyncio
from time import monotonic

import pytest

from datasources.layers.handoff.belief import LOOK_SECONDS
from datasources.layers.periodic import Periodic
from datasources.records.encoding import encode_event
from tests.datasources.layers.pairs import ChannelPair, DirectPair, Pair, Process, Servers
from tests.datasources.postgres.places import opened

# The driver of MongoDB leaves a socket behind where a connection is lost while it is made; see `let_go`.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

BELIEVED_SECONDS = 0.5


def looking(process: Process) -> Periodic:
    """The looks of a running process, without its sweeping, which would deliver what is owed."""

    async def look() -> None:
        await process.handoff.belief.look()

    return Periodic("looks", LOOK_SECONDS, look)


async def belief_of(process: Process) -> None:
    """Returns when the process believes that nothing is owed."""
    async with asyncio.timeout(10):
        while await process.handoff.belief.owes():
            await process.handoff.belief.look()


async def test_while_nothing_is_owed_the_first_store_is_read_alone(pair: Pair) -> None:
    process = await pair.process()
    scene = process.scene()
    message = await scene.send()
    await process.handoff.belief.look()
    process.second.calls.clear()
    assert await scene.shown() == [message]
    assert [event.change for event in await scene.log()] == [message]
    assert await process.handoff.by_ids([message.id]) == [message]
    assert process.second.calls == []


async def test_no_page_after_the_acknowledgement_of_the_first_mark_misses_it(pair: Pair) -> None:
    reading, writing = await pair.process(), await pair.process()
    scene = writing.scene()
    seen_by = reading.scene(scene)
    await writing.lose_first()
    async with looking(reading):
        for _ in range(3):
            await pair.clear()
            await belief_of(reading)
            message = scene.message()
            began = monotonic()
            await writing.handoff.write(scene.sent(message))
            assert monotonic() - began >= BELIEVED_SECONDS
            assert message in await seen_by.shown()


async def test_a_reader_that_believes_looks_before_the_acknowledgement(channels: ChannelPair) -> None:
    """The belief is real: before the acknowledgement the page may miss the message, and some do."""
    reading, writing = await channels.process(), await channels.process()
    scene = writing.scene()
    seen_by = reading.scene(scene)
    await writing.lose_first()
    message = scene.message()
    before, after = writing.second.stop_before("write_owing"), writing.second.stop_after("write_owing")
    write = asyncio.create_task(writing.handoff.write(scene.sent(message)))
    await before.reached()
    await reading.handoff.belief.look()
    before.release()
    await after.reached()
    assert await seen_by.shown() == []
    after.release()
    await write
    assert await seen_by.shown() == [message]


async def test_no_log_that_is_read_on_an_expired_belief_misses_what_was_acknowledged_meanwhile(pair: Pair) -> None:
    reading, writing = await pair.process(), await pair.process()
    scene = writing.scene()
    before = await scene.send()
    await reading.handoff.belief.look()
    held_up = reading.first.stop_after("events")
    log = asyncio.create_task(reading.scene(scene).log())
    await held_up.reached()
    await writing.lose_first()
    acknowledged = scene.message()
    await writing.handoff.write(scene.sent(acknowledged))
    # Delivered in the meantime, so that a later look finds nothing and the answer is none the newer.
    await pair.release_lease()
    await (await pair.process()).handoff.sweep()
    await reading.handoff.belief.look()
    held_up.release()
    assert [event.change for event in await log] == [before, acknowledged]


async def test_later_marks_need_not_wait_while_an_old_one_is_owed(channels: ChannelPair) -> None:
    process = await channels.process()
    scene = process.scene()
    await process.lose_first()
    times = []
    for _ in range(6):
        began = monotonic()
        await process.handoff.write(scene.sent(scene.message()))
        times.append(monotonic() - began)
    assert times[0] >= BELIEVED_SECONDS
    # Each would have to wait; that the machine holds one up says nothing.
    assert min(times[2:]) < BELIEVED_SECONDS
    # Once the old mark is settled it proves nothing any more.
    await channels.clear()
    began = monotonic()
    await process.handoff.write(scene.sent(scene.message()))
    assert monotonic() - began >= BELIEVED_SECONDS


async def test_a_look_that_began_before_a_mark_gives_no_belief_after_it(channels: ChannelPair) -> None:
    process = await channels.process()
    scene = process.scene()
    await process.lose_first()
    marking, looking_on = process.second.stop_before("write_owing"), process.second.stop_after("owed")
    write = asyncio.create_task(process.handoff.write(scene.sent(scene.message())))
    await marking.reached()
    look = asyncio.create_task(process.handoff.belief.look())
    await looking_on.reached()
    marking.release()
    async with asyncio.timeout(5):
        while not process.handoff.belief._owes:  # noqa: ASYNC110 - a state that nobody announces
            await asyncio.sleep(0)
    looking_on.release()
    await look
    assert not process.handoff.belief.holds
    assert await process.handoff.belief.owes()
    await write


async def test_many_readers_look_together(channels: ChannelPair) -> None:
    process = await channels.process()
    scene = process.scene()
    await asyncio.gather(*(scene.shown() for _ in range(50)))
    assert process.second.calls == ["owed"]


async def test_what_only_a_newer_version_can_read_is_not_taken_for_nothing_and_holds_up_nothing(
    direct: DirectPair, servers: Servers
) -> None:
    process = await direct.process()
    scene = process.scene()
    unreadable, readable = scene.sent(scene.message()), scene.sent(scene.message())
    await direct.second.write_owing(unreadable)
    async with opened(servers.database_url) as database:
        change = "UPDATE direct_events SET payload = $2 WHERE owed AND snowflake = $1"
        await database.execute(change, unreadable.snowflake, b'[9, "of a newer version"]')
        assert await process.handoff.belief.owes()
        await direct.second.write_owing(readable)
        assert await scene.shown() == [unreadable.message, readable.message]
        await process.handoff.sweep()
        assert await direct.first.by_ids([readable.message.id]) == [readable.message]
        assert await process.handoff.belief.owes()
        await database.execute(change, unreadable.snowflake, encode_event(unreadable))
    await process.handoff.sweep()
    assert await direct.second.owed(10) == []

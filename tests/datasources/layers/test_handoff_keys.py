"""One key is one message, whichever store was there when it was claimed, for as long as its claim stands."""

import asyncio
from dataclasses import replace

import pytest

from datasources.errors import Unavailable
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import message_id
from datasources.records.messages import Message
from tests.contracts.rooms.scenes import Scene
from tests.datasources.layers.pairs import ChannelPair, DirectPair, Pair, Process

# The driver of MongoDB leaves a socket behind where a connection is lost while it is made; see `let_go`.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")


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


async def both_stay(pair: Pair, process: Process, scene: Scene, messages: list[Message]) -> None:
    """Before and after what is owed is delivered, to those who read either store."""
    seen_by = process.scene(scene)
    assert await seen_by.shown() == messages
    await process.handoff.sweep()
    assert await pair.second.owed(10) == []
    assert await seen_by.shown() == messages
    assert await pair.scene(pair.first, scene).shown() == messages


async def sent_after_a_lost_claim(
    pair: Pair, scene: Scene, days_ago: float, contents: tuple[str, str]
) -> list[Message]:
    """Two messages of one key: the claim of the one that is owed is gone where it is kept, and the other store knows
    only that of the newer one.
    """
    old = replace(scene.message(days_ago=days_ago, content=contents[0]), idempotency_key="key")
    await pair.second.write_owing(scene.sent(old))
    claim = scene.claim("key")
    new = scene.message_of(claim, contents[1])
    await pair.first.claim(claim)
    await pair.first.write(scene.sent(new))
    return [old, new]


@pytest.mark.parametrize(("days_ago", "content"), [(1.01, "another"), (1.01, "the same"), (0.5, "another")])
async def test_a_key_that_is_used_anew_is_another_message(pair: Pair, days_ago: float, content: str) -> None:
    process = await pair.process()
    scene = process.scene()
    both = await sent_after_a_lost_claim(pair, scene, days_ago, ("the same", content))
    await both_stay(pair, process, scene, both)


async def test_the_same_thing_within_the_day_of_a_lost_claim_is_one(pair: Pair) -> None:
    process = await pair.process()
    scene = process.scene()
    first, _ = await sent_after_a_lost_claim(pair, scene, 0.5, ("the same", "the same"))
    await both_stay(pair, process, scene, [first])


async def test_a_key_that_is_used_anew_in_both_stores_is_another_message(direct: DirectPair) -> None:
    """What PostgreSQL was owed for more than a day is delivered when the new claim stands in both."""
    process = await direct.process()
    scene = process.scene()
    old = replace(scene.message(days_ago=2, content="long ago"), idempotency_key="key")
    await direct.first.write_owing(scene.sent(old))
    claim = await process.handoff.claim(scene.claim("key", digest="another"))
    new = scene.message_of(claim, "anew")
    await process.handoff.write(scene.sent(new))
    await process.handoff.sweep()
    for store in (direct.first, direct.second):
        assert await direct.scene(store, scene).shown() == [old, new]

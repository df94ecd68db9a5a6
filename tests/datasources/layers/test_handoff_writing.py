"""A write is in one store or the other before it is acknowledged, and in the right ones soon after."""

import asyncio
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from datasources.errors import Unavailable
from datasources.layers.handoff import Handoff, restamping
from datasources.mongo.client import Mongo
from datasources.mongo.migrate import migrate
from datasources.mongo.room_collections import CHANNELS
from datasources.mongo.rooms import MongoRooms
from datasources.records.changes import EventKind, Grading, GradingStatus
from datasources.snowflakes import unix_ms
from tests.contracts.rooms.scenes import logged, snowflake_at
from tests.datasources.layers.pairs import ChannelPair, DirectPair, Pair
from tests.datasources.mongo.own_server import own_mongodb

# The driver of MongoDB leaves a socket behind where a connection is lost while it is made; see `let_go`.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")


async def test_a_write_goes_to_the_first_store_alone(channels: ChannelPair) -> None:
    process = await channels.process()
    scene = process.scene()
    event = scene.sent(scene.message())
    assert await process.handoff.write(event) == event
    assert await channels.first.by_ids([event.message.id]) == [event.message]
    assert await channels.second.by_ids([event.message.id]) == [None]


async def test_a_mirrored_write_is_in_both_when_it_is_acknowledged_and_settled_behind(direct: DirectPair) -> None:
    process = await direct.process()
    await process.handoff.start()
    scene = process.scene()
    event = scene.sent(scene.message())
    stop = process.first.stop_before("settle")
    assert await process.handoff.write(event) == event
    assert await direct.first.by_ids([event.message.id]) == [event.message]
    assert await direct.second.by_ids([event.message.id]) == [event.message]
    await stop.reached()
    assert await direct.first.still_owed(event)
    stop.release()
    await process.handoff.stop()
    assert await direct.first.owed(10) == []
    assert await direct.second.owed(10) == []


async def test_what_the_first_store_cannot_take_is_kept_under_a_fresh_event_id(pair: Pair) -> None:
    process = await pair.process()
    scene = process.scene()
    before = scene.message()
    await process.handoff.write(scene.sent(before))
    await process.lose_first()
    event = scene.sent(scene.message())
    kept = await process.handoff.write(event)
    assert kept.snowflake > event.snowflake
    assert replace(kept, snowflake=event.snowflake, cursor=event.cursor, at=event.at) == event
    assert [logged(each) for each in await pair.second.owed(10)] == [kept]
    assert await pair.first.by_ids([event.message.id]) == [None]
    (report, *_) = await process.handoff.report()
    assert report.debts is not None
    assert (report.creditor, report.debtor) == pair.names
    assert (report.debts.owed, report.debts.dead, report.fallbacks) == (1, 0, 1)
    assert report.last_fallback is not None
    other = await pair.process()
    await other.handoff.sweep()
    assert await pair.second.owed(10) == []
    assert await pair.first.by_ids([event.message.id]) == [event.message]
    assert kept in await pair.first.events(scene.room_id, 0, 10)


async def test_without_both_stores_a_write_is_refused_and_nothing_is_kept(pair: Pair) -> None:
    process = await pair.process()
    scene = process.scene()
    await process.lose_first()
    await process.lose_second()
    event = scene.sent(scene.message())
    with pytest.raises(Unavailable) as refused:
        await process.handoff.write(event)
    assert refused.value.store == pair.names[0]
    for store in (pair.first, pair.second):
        assert await store.by_ids([event.message.id]) == [None]
        assert await store.events(scene.room_id, 0, 10) == []


async def test_a_mirror_that_is_away_is_owed_and_gets_it_when_it_is_back(direct: DirectPair) -> None:
    process = await direct.process()
    scene = process.scene()
    await process.lose_second()
    # As old as a mark has to be for the sweeper to take it for left behind.
    messages = [scene.message(days_ago=1) for _ in range(3)]
    events = [scene.sent(message) for message in messages]
    for event in events:
        assert await process.handoff.write(event) == event
    assert await direct.second.by_ids([message.id for message in messages]) == [None] * 3
    _, mirror = await process.handoff.report()
    assert mirror.debts is not None
    assert (mirror.creditor, mirror.debts.owed, mirror.fallbacks) == ("postgresql", 3, 3)
    await (await direct.process()).handoff.sweep()
    assert await direct.first.owed(10) == []
    assert await direct.second.by_ids([message.id for message in messages]) == messages
    assert await direct.second.events(scene.room_id, 0, 10) == events


async def test_a_mark_that_its_writer_may_be_about_to_settle_is_left_to_it(direct: DirectPair) -> None:
    process, sweeping = await direct.process(), await direct.process()
    scene = process.scene()
    event = scene.sent(scene.message())
    await direct.first.write_owing(event)
    await sweeping.handoff.sweep()
    assert await direct.second.by_ids([event.message.id]) == [None]


async def test_an_event_that_the_mirror_refuses_is_acknowledged_and_buried_behind_nothing(direct: DirectPair) -> None:
    process = await direct.process()
    scene = process.scene()
    earlier, later = scene.message(days_ago=2), scene.message(days_ago=1)
    await process.lose_second()
    await process.handoff.write(scene.sent(earlier))
    # Conversations of two have no homework: PostgreSQL refuses it whenever it is tried.
    at, graded = earlier.created_at, GradingStatus.GRADED
    grading = Grading(scene.room_id, earlier.id, earlier.snowflake, graded, scene.author_id, at, 1)
    poisoned = replace(scene.sent(earlier), kind=EventKind.GRADING_CHANGED, change=grading)
    await direct.first.write_owing(poisoned)
    await process.handoff.write(scene.sent(later))
    sweeping = await direct.process()
    await sweeping.handoff.sweep()
    assert await direct.second.by_ids([earlier.id, later.id]) == [earlier, later]
    assert await direct.first.owed(10) == [poisoned]
    await sweeping.handoff.sweep()
    await sweeping.handoff.sweep()
    assert await direct.first.owed(10) == []
    _, report = await sweeping.handoff.report()
    assert report.debts is not None
    assert (report.debts.owed, report.debts.dead) == (0, 1)


async def test_a_first_store_that_stands_still_keeps_nobody_waiting(channels: ChannelPair, tmp_path: Path) -> None:
    process = await channels.process()
    async with own_mongodb(tmp_path) as server:
        await migrate(server.url)
        mongo = Mongo(server.url)
        await mongo.open()
        try:
            handoff = Handoff(
                MongoRooms(mongo, CHANNELS),
                process.second.as_store,
                mirrored=False,
                restamp=restamping(lambda: snowflake_at(unix_ms())),
                subject="test",
                names=channels.names,
            )
            scene = channels.scene(handoff)
            await handoff.write(scene.sent(scene.message()))
            server.freeze()
            times: list[float] = []
            for _ in range(5):
                began = monotonic()
                await handoff.write(scene.sent(scene.message()))
                times.append(monotonic() - began)
            # The first one waits for the store and for beliefs to expire; the others know that it stands still.
            assert times[0] < 4
            assert max(times[1:]) < 1
            assert len(await channels.second.owed(10)) == 5
            server.thaw()
            async with asyncio.timeout(20):
                while await channels.second.owed(1):
                    await handoff.sweep()
            assert len(await handoff.events(scene.room_id, 0, 100)) >= 6
            assert len({message.id for message in await scene.shown()}) == 6
            await handoff.stop()
        finally:
            await mongo.close()

"""What many streams of one room cost, what passes none of them, and what is whispered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace

import orjson
import pytest

from datasources.embedded import Endpoints
from datasources.mongo.client import Mongo
from datasources.mongo.room_collections import CHANNELS, VIEWERS
from datasources.mongo.rooms import MongoRooms
from datasources.records.changes import Belonging, EventKind, Reaction, RoomEvent
from datasources.records.encoding import VERSION
from datasources.records.ephemeral import Typing
from datasources.records.ids import ChannelId, RoomId, UserId, event_cursor, new_channel_id, new_user_id
from datasources.snowflakes import datetime_of
from resolvers.live import Gap, Live
from tests.datasources.events.drills import maker, sent
from tests.datasources.events.listening import acknowledge, heard, process
from tests.datasources.events.stores import MongoLog, mongo_log

IDS = maker()
STREAMS = 200


class Counted(MongoRooms):
    """Counts how often a page of a log is read, and hands it out when it may."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, CHANNELS)
        self.reads = 0
        self.read = asyncio.Event()
        self.hands_out = asyncio.Event()
        self.hands_out.set()

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        self.reads += 1
        found = await super().events(room_id, after, limit)
        self.read.set()
        await self.hands_out.wait()
        return found


@pytest.fixture(scope="module")
async def mongo(endpoints: Endpoints, run_id: str) -> AsyncIterator[MongoLog]:
    async with mongo_log(endpoints, f"homeroom_sharing_{run_id}") as log:
        yield log


@pytest.fixture
def store(mongo: MongoLog) -> Counted:
    return Counted(mongo.mongo)


@pytest.fixture
async def live(endpoints: Endpoints, store: Counted) -> AsyncIterator[Live]:
    async with process(endpoints.redis_url or "", store) as live:
        yield live


@pytest.fixture
def channel_id() -> ChannelId:
    return new_channel_id()


async def test_streams_that_resume_at_once_share_what_they_read(
    live: Live, store: Counted, channel_id: ChannelId
) -> None:
    written = [sent(channel_id, IDS.next()) for _ in range(20)]
    for event in written:
        await acknowledge(live, store, event)
    last = sent(channel_id, IDS.next())
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(live.listening(channel_id, None))
        before = store.reads
        # From cursors near to each other, as clients have whose process was started anew.
        streams = [
            await stack.enter_async_context(
                aclosing(live.channel_events(channel_id, written[number % len(written)].snowflake))
            )
            for number in range(STREAMS)
        ]
        beginnings = await asyncio.gather(*(heard(stream, len(written)) for stream in streams))
        ends = [asyncio.create_task(heard(stream, 1)) for stream in streams]
        await acknowledge(live, store, last)
        assert await asyncio.gather(*ends) == [[last]] * STREAMS
        assert beginnings == [written] * STREAMS
        assert store.reads - before <= 12


async def test_a_stream_is_not_given_a_page_that_was_read_before_it_asked(
    live: Live, store: Counted, channel_id: ChannelId
) -> None:
    first, second = sent(channel_id, IDS.next()), sent(channel_id, IDS.next())
    await store.write(first)
    store.hands_out.clear()
    early = asyncio.create_task(live._log.page(channel_id, 0))
    await store.read.wait()
    await store.write(second)
    late = [asyncio.create_task(live._log.page(channel_id, 0)) for _ in range(10)]
    await asyncio.sleep(0)
    store.hands_out.set()
    assert (await early).events == [first]
    assert [page.events for page in await asyncio.gather(*late)] == [[first, second]] * 10
    assert store.reads == 2


async def test_a_reader_that_goes_away_takes_no_page_from_others(
    live: Live, store: Counted, channel_id: ChannelId
) -> None:
    event = sent(channel_id, IDS.next())
    await store.write(event)
    going, staying = (asyncio.create_task(live._log.page(channel_id, 0)) for _ in range(2))
    await asyncio.sleep(0)
    going.cancel()
    assert (await staying).events == [event]
    assert going.cancelled()


async def test_what_is_not_understood_is_passed_over_and_nothing_behind_it(
    live: Live, store: Counted, mongo: MongoLog, channel_id: ChannelId
) -> None:
    first, strange, last = (sent(channel_id, IDS.next()) for _ in range(3))
    for event in (first, strange, last):
        await store.write(event)
    cursor = event_cursor(channel_id, strange.snowflake)
    unknown = orjson.dumps([VERSION, channel_id, strange.snowflake, "hologram_shown", 0, False, ["hologram"], None])
    for payload in (unknown, b"[99]", b"\xff"):
        found = await mongo.mongo.collection(CHANNELS.events).update_one(
            {"_id": cursor}, {"$set": {"payload": payload}}
        )
        assert found.modified_count == 1
        async with aclosing(live.channel_events(channel_id, first.snowflake - 1)) as events:
            assert await heard(events, 2) == [first, last]


async def test_bytes_that_nobody_understands_end_no_stream(live: Live, store: Counted, channel_id: ChannelId) -> None:
    async with live.listening(channel_id, None) as events, live.overhearing(channel_id, None) as overheard:
        for payload in (b"?", b"~", b"~[1]", b"[]", b"null", b"\xff\xfe", b'[2, 3, 4, 5, 6, 7, ["message"], 8]'):
            await live._hub.publish(f"homeroom:room:{channel_id}", payload)
        event = sent(channel_id, IDS.next())
        await acknowledge(live, store, event)
        assert await heard(events, 1) == [event]
        assert await asyncio.wait_for(anext(overheard), 20) == event


async def test_revisions_of_records_beside_messages_ascend(live: Live, store: Counted, channel_id: ChannelId) -> None:
    message = sent(channel_id, IDS.next()).message
    people = [new_user_id(), new_user_id()]

    def reacted(user_id: UserId, revision: int) -> RoomEvent:
        snowflake = IDS.next()
        change = Reaction(channel_id, message.id, message.snowflake, user_id, "👍", bool(revision % 2), revision)
        return RoomEvent(
            room_id=channel_id,
            snowflake=snowflake,
            kind=EventKind.REACTION_ADDED if revision % 2 else EventKind.REACTION_REMOVED,
            at=datetime_of(snowflake),
            change=change,
            cursor=event_cursor(channel_id, snowflake),
        )

    one, other = people
    first, third, second = reacted(one, 1), reacted(one, 3), reacted(one, 2)
    others = [reacted(other, 1), reacted(other, 2)]
    async with live.listening(channel_id, None) as events:
        for event in (first, third, second, first, *others, third):
            await acknowledge(live, store, event)
        assert await heard(events, 4) == [first, third, *others]


def belonging_of(user_id: UserId) -> RoomEvent:
    snowflake = IDS.next()
    return RoomEvent(
        room_id=user_id,
        snowflake=snowflake,
        kind=EventKind.BELONGING_CHANGED,
        at=datetime_of(snowflake),
        change=Belonging(user_id, user_id, new_channel_id(), "member", 1),
        cursor=event_cursor(user_id, snowflake),
    )


async def test_the_log_of_a_person_is_streamed_too(live: Live) -> None:
    user_id = new_user_id()
    belonging = belonging_of(user_id)
    mentioned = replace(belonging, kind=EventKind.MENTIONED, change=sent(new_channel_id(), IDS.next()).message)
    async with live.listening(user_id, None) as events:
        for event in (belonging, mentioned, belonging):
            await live.publish(event)
        assert await heard(events, 2) == [belonging, mentioned]


async def test_the_log_of_a_person_is_read_and_nothing_repaired_by_it(endpoints: Endpoints, mongo: MongoLog) -> None:
    store = MongoRooms(mongo.mongo, VIEWERS)
    events = [belonging_of(user_id := new_user_id()), belonging_of(user_id)]
    for event in events:
        await store.write(event)
    async with (
        process(endpoints.redis_url or "", store) as live,
        aclosing(live.channel_events(user_id, events[0].snowflake - 1)) as stream,
    ):
        assert await heard(stream, 2) == events


async def test_whispers_come_to_who_wants_them_and_only_live(
    live: Live, endpoints: Endpoints, store: Counted, channel_id: ChannelId
) -> None:
    first, last = sent(channel_id, IDS.next()), sent(channel_id, IDS.next())
    await acknowledge(live, store, first)
    typing = [Typing(channel_id, new_user_id(), first.at) for _ in range(3)]
    async with (
        process(endpoints.redis_url or "", store) as other,
        live.listening(channel_id, None) as events,
        live.overhearing(channel_id, None) as overheard,
        live.overhearing(channel_id, first.snowflake - 1) as resumed,
    ):
        await live.whisper(typing[0])
        assert await _next(overheard) == typing[0]
        await other.whisper(typing[1])
        assert await _next(overheard) == typing[1]
        # This one has not begun to iterate yet, and so still has its past to tell.
        assert await _next(resumed) == first
        waiting = asyncio.create_task(_next(resumed))
        while not waiting.done():
            await live.whisper(typing[2])
            assert await _next(overheard) == typing[2]
        assert await waiting == typing[2]
        await acknowledge(other, store, last)
        assert await _next(overheard) == last
        assert await heard(events, 1) == [last]
    assert [event.snowflake for event in await store.events(channel_id, 0, 10)] == [first.snowflake, last.snowflake]


async def _next(events: AsyncIterator[RoomEvent | Gap | Typing]) -> RoomEvent | Gap | Typing:
    async with asyncio.timeout(20):
        return await anext(events)

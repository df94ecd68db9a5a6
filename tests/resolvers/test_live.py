"""A stream of a channel's events: at least once, in order, no silent gap, and the same after it was taken up again."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from datasources.cassandra.rooms import CassandraRooms
from datasources.embedded import Endpoints
from datasources.events.feeds import LISTENER_ITEMS
from datasources.events.fold import Fold
from datasources.events.log import PAGE, before
from datasources.events.queues import SlowSubscriber
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.records.changes import RoomEvent
from datasources.records.ids import ChannelId, new_channel_id
from datasources.records.messages import Message
from datasources.snowflakes import first_of, unix_ms
from datasources.stores import RoomStore
from resolvers.live import Gap, Live
from tests.datasources.events.drills import deleted, edited, live_tasks, logged_again, maker, sent, until
from tests.datasources.events.listening import LATEST_MS, Listener, acknowledge, heard, heard_until, process
from tests.datasources.events.stores import CassandraLog, MongoLog, cassandra_log, mongo_log

DAY_MS = 24 * 3600 * 1000
IDS = maker()


@pytest.fixture(scope="module")
async def cassandra(endpoints: Endpoints, run_id: str) -> AsyncIterator[CassandraLog]:
    async with cassandra_log(endpoints, f"homeroom_streams_{run_id}") as log:
        yield log


@pytest.fixture(scope="module")
async def mongo(endpoints: Endpoints, run_id: str) -> AsyncIterator[MongoLog]:
    async with mongo_log(endpoints, f"homeroom_streams_{run_id}") as log:
        yield log


@pytest.fixture(scope="module", params=["cassandra", "mongodb"])
def store(request: pytest.FixtureRequest, cassandra: CassandraLog, mongo: MongoLog) -> RoomStore:
    return cassandra.messages if request.param == "cassandra" else mongo.messages


@pytest.fixture
def redis_url(endpoints: Endpoints) -> str:
    assert endpoints.redis_url is not None
    return endpoints.redis_url


@pytest.fixture
async def live(redis_url: str, store: RoomStore) -> AsyncIterator[Live]:
    async with process(redis_url, store) as live:
        yield live


@pytest.fixture
def channel_id() -> ChannelId:
    return new_channel_id()


async def test_a_stream_begins_now_and_misses_nothing_from_then_on(
    live: Live, store: RoomStore, channel_id: ChannelId
) -> None:
    await acknowledge(live, store, sent(channel_id, IDS.next(), "before"))
    async with live.listening(channel_id, None) as events:
        expected = [sent(channel_id, IDS.next()) for _ in range(20)]
        for event in expected:
            await acknowledge(live, store, event)
        assert await heard(events, 20) == expected


async def test_what_is_acknowledged_once_a_stream_is_there_comes_though_the_log_had_it_before(
    live: Live, store: RoomStore, channel_id: ChannelId
) -> None:
    before_it = sent(channel_id, IDS.next())
    changed = edited(before_it.message, IDS.next())
    under_way = sent(channel_id, IDS.next())
    await acknowledge(live, store, before_it)
    await acknowledge(live, store, changed)
    await store.write(under_way)
    async with live.listening(channel_id, None) as events:
        live.doubt(channel_id)
        for event in (before_it, under_way, under_way):
            await live.publish(event)
        assert await heard(events, 1) == [under_way]
        last = sent(channel_id, IDS.next())
        await acknowledge(live, store, last)
        assert await heard(events, 1) == [last]


async def test_processes_hear_each_other(live: Live, redis_url: str, store: RoomStore, channel_id: ChannelId) -> None:
    async with (
        process(redis_url, store) as other,
        other.listening(channel_id, None) as there,
        live.listening(channel_id, None) as here,
    ):
        first, second = sent(channel_id, IDS.next()), sent(channel_id, IDS.next())
        await acknowledge(live, store, first)
        await acknowledge(other, store, second)
        assert await heard(here, 2) == [first, second]
        assert await heard(there, 2) == [first, second]


async def test_superseded_and_repeated_changes_are_dropped(live: Live, store: RoomStore, channel_id: ChannelId) -> None:
    first = sent(channel_id, IDS.next())
    second = edited(first.message, IDS.next())
    third = edited(second.message, IDS.next())
    gone = deleted(third.message, IDS.next())
    last = sent(channel_id, IDS.next())
    async with live.listening(channel_id, None) as events:
        for event in (first, third, second, logged_again(third, IDS.next()), gone, third, gone, last):
            await acknowledge(live, store, event)
        assert await heard_until(events, last) == [first, third, gone, last]


async def long_log(store: RoomStore, channel_id: ChannelId, length: int) -> list[RoomEvent]:
    """Events up to now, two a second: messages, edits, deletions, and changes logged again."""
    chance = random.Random(7)  # noqa: S311 - the same log in every run
    start = unix_ms() - length * 500
    log: list[RoomEvent] = []
    messages: list[Message] = []
    for number in range(length):
        snowflake = first_of(start + number * 500 + chance.randrange(500)) + number
        kind = chance.random()
        if kind < 0.6 or not messages:
            event = sent(channel_id, snowflake)
            messages.append(event.message)
        else:
            place = chance.randrange(max(0, len(messages) - 20), len(messages))
            if kind < 0.75 and messages[place].deleted_at is None:
                event = edited(messages[place], snowflake)
                messages[place] = event.message
            elif kind < 0.85 and messages[place].deleted_at is None:
                event = deleted(messages[place], snowflake)
                messages[place] = event.message
            else:
                event = logged_again(log[-chance.randrange(1, min(len(log), 10) + 1)], snowflake)
        log.append(event)
    for place in range(0, len(log), 10):
        await asyncio.gather(*(store.write(event) for event in log[place : place + 10]))
    return log


async def test_a_stream_resumed_anywhere_is_the_tail_of_the_log(
    live: Live, store: RoomStore, channel_id: ChannelId
) -> None:
    # Three pages of the log where a write is quick; the embedded MongoDB is not.
    log = await long_log(store, channel_id, 1_200 if isinstance(store, CassandraRooms) else 100)
    gone = {event.message.id for event in log if event.message.deleted_at is not None}
    chance = random.Random(11)  # noqa: S311 - the same cursors in every run
    cursors = [0, log[0].snowflake, log[-1].snowflake, *(event.snowflake for event in chance.sample(log, 10))]
    cursors[0] = log[0].snowflake - 1
    for cursor in [*cursors, *(chance.randrange(log[0].snowflake, log[-1].snowflake) for _ in range(10))]:
        fold = Fold()
        tail = [event for event in log if event.snowflake > before(cursor) and fold.admit(event)]
        tail = [event for event in tail if event.message.deleted_at is not None or event.message.id not in gone]
        last = sent(channel_id, IDS.next())
        async with aclosing(live.channel_events(channel_id, cursor)) as events:
            beginning = await heard(events, len(tail))
            await acknowledge(live, store, last)
            rest = await heard_until(events, last)
        log.append(last)
        assert [event.cursor for event in beginning if isinstance(event, RoomEvent)] == [e.cursor for e in tail]
        assert rest == [last]


async def test_a_stream_resumed_under_fire_gets_each_event_once(
    live: Live, redis_url: str, store: RoomStore, channel_id: ChannelId
) -> None:
    first = sent(channel_id, IDS.next())
    await acknowledge(live, store, first)
    writing = asyncio.Event()
    written: list[int] = [first.snowflake]

    async def write(writer: Live, ids: int) -> None:
        own = maker(ids)
        while not writing.is_set():
            event = sent(channel_id, own.next())
            written.append(event.snowflake)
            await acknowledge(writer, store, event)

    async with process(redis_url, store) as other:
        writers = [asyncio.create_task(write(live, 2)), asyncio.create_task(write(other, 3))]
        await until(lambda: len(written) > 50)
        listeners = [Listener(live, channel_id, after=written[number]) for number in range(0, 50, 10)]
        for listener in listeners:
            await listener.__aenter__()
        await until(lambda: len(written) > 100)
        writing.set()
        await asyncio.gather(*writers)
        for listener in listeners:
            found = await listener.has(len(written))
            assert len(found) == len(set(found))
            assert set(found) == set(written)
            await listener.__aexit__()


async def test_an_event_that_becomes_visible_late_is_found_by_who_resumes_beyond_it(
    live: Live, store: RoomStore, channel_id: ChannelId
) -> None:
    early, late = sent(channel_id, first_of(unix_ms() - LATEST_MS)), sent(channel_id, IDS.next())
    async with live.listening(channel_id, None) as events:
        await acknowledge(live, store, late)
        assert await heard(events, 1) == [late]
    await store.write(early)
    async with aclosing(live.channel_events(channel_id, late.snowflake)) as events:
        assert await heard(events, 2) == [early, late]


async def test_an_event_that_becomes_visible_behind_a_stream_that_is_read_is_not_passed_by(
    cassandra: CassandraLog, redis_url: str, channel_id: ChannelId
) -> None:
    late, *page = (sent(channel_id, IDS.next()) for _ in range(PAGE + 1))
    for place in range(0, PAGE, 25):
        await asyncio.gather(*(cassandra.messages.write(event) for event in page[place : place + 25]))
    async with (
        process(redis_url, cassandra.messages) as live,
        aclosing(live.channel_events(channel_id, page[0].snowflake)) as events,
        live.listening(channel_id, None) as others,
    ):
        assert await heard(events, 1) == page[:1]
        await acknowledge(live, cassandra.messages, late)
        assert await heard(others, 1) == [late]
        assert await heard(events, PAGE) == [*page[1:], late]


async def test_a_cursor_older_than_the_log_gives_a_gap_first(
    live: Live, store: RoomStore, channel_id: ChannelId
) -> None:
    await acknowledge(live, store, sent(channel_id, IDS.next(), "not delivered"))
    async with aclosing(live.channel_events(channel_id, first_of(unix_ms() - 8 * DAY_MS))) as events:
        (gap,) = await heard(events, 1)
        assert isinstance(gap, Gap)
        assert abs(gap.at - datetime.now(UTC)) < timedelta(seconds=10)
        event = sent(channel_id, IDS.next())
        await acknowledge(live, store, event)
        assert await heard(events, 1) == [event]


async def test_a_message_behind_its_event_is_repaired_by_who_reads_the_log(
    cassandra: CassandraLog, redis_url: str, channel_id: ChannelId
) -> None:
    old = sent(channel_id, first_of(unix_ms() - 15 * DAY_MS))
    await cassandra.messages.write(old)
    change = edited(old.message, IDS.next())
    await cassandra.write_event_alone(change)
    async with (
        process(redis_url, cassandra.messages) as live,
        aclosing(live.channel_events(channel_id, change.snowflake - 1)) as events,
    ):
        assert await heard(events, 1) == [change]
    assert await cassandra.messages.by_ids([old.message.id]) == [change.message]


async def test_a_message_that_was_never_written_after_its_event_is_repaired_by_who_reads_the_log(
    mongo: MongoLog, redis_url: str, channel_id: ChannelId
) -> None:
    lost = sent(channel_id, IDS.next())
    await mongo.write_event_alone(lost)
    half_edited = sent(channel_id, IDS.next())
    await mongo.messages.write(half_edited)
    change = edited(half_edited.message, IDS.next())
    await mongo.write_event_alone(change)
    half_deleted = sent(channel_id, IDS.next())
    await mongo.messages.write(half_deleted)
    deletion = deleted(half_deleted.message, IDS.next())
    await mongo.write_event_alone(deletion)
    async with (
        process(redis_url, mongo.messages) as live,
        aclosing(live.channel_events(channel_id, lost.snowflake - 1)) as events,
    ):
        assert await heard(events, 4) == [lost, half_edited, change, deletion]
    repaired = [lost.message, change.message, deletion.message]
    assert await mongo.messages.by_ids([message.id for message in repaired]) == repaired


async def test_the_text_of_a_deleted_message_is_not_delivered_again(
    live: Live, store: RoomStore, channel_id: ChannelId
) -> None:
    # A whole page of the log of which nothing is shown, where a write is quick: the stream goes on beyond it.
    count = PAGE if isinstance(store, CassandraRooms) else 20
    gone = [sent(channel_id, IDS.next(), "the secret") for _ in range(count)]
    kept = sent(channel_id, IDS.next())
    changes = [edited(event.message, IDS.next()) for event in gone[:3]]
    deletions = [deleted(event.message, IDS.next()) for event in (*changes, *gone[3:])]
    repeated = logged_again(gone[0], IDS.next())
    for part in (gone, [kept], changes, deletions, [repeated]):
        for place in range(0, len(part), 25):
            await asyncio.gather(*(store.write(event) for event in part[place : place + 25]))
    last = sent(channel_id, IDS.next())
    async with aclosing(live.channel_events(channel_id, gone[0].snowflake - 1)) as events:
        assert await heard(events, 1 + count) == [kept, *deletions]
        await acknowledge(live, store, last)
        assert await heard(events, 1) == [last]


async def test_a_slow_subscriber_is_closed_and_others_are_not(live: Live, channel_id: ChannelId) -> None:
    count = LISTENER_ITEMS + 1
    async with live.listening(channel_id, None) as slow, Listener(live, channel_id) as quick:
        for _ in range(count):
            await live.publish(sent(channel_id, IDS.next()))
        await quick.has(count)
        assert len(quick.found) == count
        with pytest.raises(SlowSubscriber):
            await anext(slow)


async def test_no_log_is_read_while_redis_is_there(live: Live, channel_id: ChannelId) -> None:
    async with live.listening(channel_id, None):
        pass  # what the connection needs the first time has been read
    token = round_trips.set(trips := RoundTrips())
    try:
        async with live.listening(channel_id, None) as events:
            first = trips.report()
            for _ in range(3):
                event = sent(channel_id, IDS.next())
                await live.publish(event)
                assert await heard(events, 1) == [event]
                await asyncio.sleep(0.8)
            asked = {name: report for name, report in trips.report().items() if name != "redis"}
            assert asked == {name: report for name, report in first.items() if name != "redis"}
            assert sum(report["statements"] for report in asked.values()) == 1
    finally:
        round_trips.reset(token)


async def test_a_stream_leaves_nothing_behind(live: Live, store: RoomStore, channel_id: ChannelId) -> None:
    await acknowledge(live, store, sent(channel_id, IDS.next()))
    tasks = live_tasks()
    for after in (None, IDS.next()):
        async with aclosing(live.channel_events(channel_id, after)) as events:
            waiting = asyncio.create_task(anext(events))
            await until(lambda: live._hub.topics == 1)
            while not waiting.done():
                await acknowledge(live, store, sent(channel_id, IDS.next()))
            assert isinstance(await waiting, RoomEvent)
        assert live._hub.topics == 0
        assert not live._feeds
    await until(lambda: live_tasks() <= tasks)

"""Streams while Redis or the message store is away: late perhaps, but each event once, in order, and none missing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from datasources.embedded import Endpoints
from datasources.mongo.client import Mongo
from datasources.mongo.room_collections import CHANNELS
from datasources.mongo.rooms import MongoRooms
from datasources.records.ids import ChannelId, new_channel_id
from datasources.snowflakes import first_of, unix_ms
from datasources.stores import RoomStore
from resolvers.live import Live
from tests.datasources.events.drills import maker, running_hub, sent, until
from tests.datasources.events.listening import Listener, acknowledge, heard, process, publishing_reaches
from tests.datasources.events.proxy import Proxy, proxy_to
from tests.datasources.events.stores import cassandra_log, mongo_log
from tests.datasources.events.valkey import OwnValkey, own_valkey

IDS = maker()
SUBSCRIBERS = 3


@pytest.fixture(scope="module")
async def messages(endpoints: Endpoints, run_id: str) -> AsyncIterator[RoomStore]:
    async with cassandra_log(endpoints, f"homeroom_outages_{run_id}") as log:
        yield log.messages


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[OwnValkey]:
    async with own_valkey(tmp_path) as server:
        yield server


@pytest.fixture
def channel_id() -> ChannelId:
    return new_channel_id()


@asynccontextmanager
async def two_processes(valkey: OwnValkey, messages: RoomStore) -> AsyncIterator[tuple[Live, Live]]:
    async with process(valkey.url, messages) as one, process(valkey.url, messages) as two:
        yield one, two


async def write(live: Live, messages: RoomStore, channel_id: ChannelId, count: int) -> list[int]:
    """The Snowflakes of this many events, written one after the other."""
    written = []
    for _ in range(count):
        event = sent(channel_id, IDS.next())
        await acknowledge(live, messages, event)
        written.append(event.snowflake)
    return written


async def test_a_restart_of_redis_in_the_middle_of_a_stream_loses_nothing(
    valkey: OwnValkey, messages: RoomStore, channel_id: ChannelId
) -> None:
    async with two_processes(valkey, messages) as (one, two), AsyncExitStack() as stack:
        listeners = [
            await stack.enter_async_context(Listener(live, channel_id))
            for live in (one, two)
            for _ in range(SUBSCRIBERS)
        ]
        writing = asyncio.create_task(write(one, messages, channel_id, 500))
        await until(lambda: len(listeners[0].found) > 100)
        valkey.kill()
        await until(lambda: len(listeners[0].found) > 200)
        await valkey.start()
        written = await writing
        for listener in listeners:
            assert await listener.has(500) == written


async def test_what_a_process_wrote_that_alone_had_lost_redis_comes_late_but_comes(
    valkey: OwnValkey, messages: RoomStore, channel_id: ChannelId
) -> None:
    port = urlsplit(valkey.url).port or 0
    async with (
        proxy_to(port) as line,
        process(valkey.url, messages) as one,
        process(valkey.url.replace(f":{port}", f":{line.port}"), messages) as alone,
        Listener(one, channel_id) as listener,
    ):
        await line.cut()
        untold = await write(alone, messages, channel_id, 3)
        # What others write meanwhile comes on; this is as long after as if the line had been cut for half a minute.
        later = sent(channel_id, first_of(unix_ms() + 30_000))
        await acknowledge(one, messages, later)
        assert await listener.has(1) == [later.snowflake]
        await line.mend()
        assert await listener.has(4) == [later.snowflake, *untold]
        await publishing_reaches(alone, one)
        last = await write(alone, messages, channel_id, 1)
        assert await listener.has(5) == [later.snowflake, *untold, *last]


async def test_events_of_others_go_on_while_redis_is_away(
    valkey: OwnValkey, messages: RoomStore, channel_id: ChannelId
) -> None:
    async with two_processes(valkey, messages) as (one, two), Listener(two, channel_id) as listener:
        valkey.kill()
        written = await write(one, messages, channel_id, 30)
        assert await listener.has(30, seconds=6) == written
        written += await write(one, messages, channel_id, 30)
        assert await listener.has(60, seconds=6) == written


async def test_a_redis_that_hangs_and_goes_on_loses_nothing(
    valkey: OwnValkey, messages: RoomStore, channel_id: ChannelId
) -> None:
    async with (
        two_processes(valkey, messages) as (one, two),
        Listener(one, channel_id) as here,
        Listener(two, channel_id) as there,
    ):
        written = await write(one, messages, channel_id, 50)
        valkey.pause()
        try:
            written += await write(one, messages, channel_id, 50)
            await there.has(100)
            written += await write(two, messages, channel_id, 50)
        finally:
            valkey.go_on()
        await until(lambda: one._hub.connected and two._hub.connected)
        written += await write(two, messages, channel_id, 50)
        for listener in (here, there):
            found = await listener.has(200)
            assert len(found) == 200
            assert set(found) == set(written)


async def test_events_whose_ids_become_visible_out_of_order_come_while_redis_is_away(
    valkey: OwnValkey, messages: RoomStore, channel_id: ChannelId
) -> None:
    async with two_processes(valkey, messages) as (one, two), Listener(two, channel_id) as listener:
        valkey.kill()
        early, late = sent(channel_id, IDS.next()), sent(channel_id, IDS.next())
        await acknowledge(one, messages, late)
        assert await listener.has(1) == [late.snowflake]
        await acknowledge(one, messages, early)
        assert await listener.has(2) == [late.snowflake, early.snowflake]


async def test_a_stream_that_begins_while_redis_is_away_misses_nothing(
    tmp_path: Path, messages: RoomStore, channel_id: ChannelId
) -> None:
    valkey = OwnValkey(tmp_path)
    async with running_hub(valkey.url) as hub, running_hub(valkey.url) as other_hub:
        live, other = Live(hub, messages), Live(other_hub, messages)
        await acknowledge(other, messages, sent(channel_id, IDS.next(), "before"))
        async with Listener(live, channel_id) as listener:
            written = await write(other, messages, channel_id, 5)
            assert await listener.has(5) == written
        await live.stop()
        await other.stop()


async def test_each_log_is_read_once_a_process_after_a_restart(
    valkey: OwnValkey, messages: RoomStore, channel_id: ChannelId
) -> None:
    async with two_processes(valkey, messages) as (one, two), AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(Listener(two, channel_id)) for _ in range(20)]
        read = 0
        page = two._log.page

        async def counted(*arguments: object) -> object:
            nonlocal read
            read += 1
            return await page(*arguments)  # type: ignore[arg-type]  # handed on as they came

        two._log.page = counted  # type: ignore[assignment,method-assign]  # counts, and does what it did
        valkey.kill()
        await until(lambda: not two._hub.connected)
        await valkey.start()
        await until(lambda: two._hub.connected)
        written = await write(one, messages, channel_id, 1)
        for listener in listeners:
            assert await listener.has(1) == written
        # When Redis went, once or twice while it was away, when it came back; never once a listener.
        assert 2 <= read <= 5


@pytest.fixture
async def far(endpoints: Endpoints, run_id: str) -> AsyncIterator[tuple[RoomStore, RoomStore, Proxy]]:
    """One store twice: as a writer sees it, and over a way that can be cut."""
    assert endpoints.mongodb_url is not None
    name = f"homeroom_far_{run_id}"
    async with mongo_log(endpoints, name) as near, proxy_to(urlsplit(endpoints.mongodb_url).port or 0) as proxy:
        over = Mongo(f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true", database=name)
        await over.open()
        yield near.messages, MongoRooms(over, CHANNELS), proxy
        await over.close()


async def test_a_stream_waits_for_the_log_and_skips_nothing(
    valkey: OwnValkey, far: tuple[RoomStore, RoomStore, Proxy], channel_id: ChannelId
) -> None:
    near, over, proxy = far
    async with (
        process(valkey.url, near) as one,
        process(valkey.url, over) as two,
        Listener(two, channel_id) as listener,
    ):
        written = await write(one, near, channel_id, 5)
        assert await listener.has(5) == written
        await proxy.cut()
        valkey.kill()
        written += await write(one, near, channel_id, 5)
        await valkey.start()
        await publishing_reaches(one, two)
        # These arrive through Redis, but those before them are still in a log that cannot be read.
        written += await write(one, near, channel_id, 5)
        await asyncio.sleep(1)
        assert len(listener.found) == 5
        await proxy.mend()
        assert await listener.has(15) == written


async def test_a_resumed_stream_waits_for_the_log_and_skips_nothing(
    valkey: OwnValkey, far: tuple[RoomStore, RoomStore, Proxy], channel_id: ChannelId
) -> None:
    near, over, proxy = far
    async with process(valkey.url, near) as one, process(valkey.url, over) as two:
        written = await write(one, near, channel_id, 5)
        await proxy.cut()
        async with aclosing(two.channel_events(channel_id, written[0])) as events:
            first = asyncio.create_task(anext(events))
            await until(lambda: two._hub.topics == 1)
            written += await write(one, near, channel_id, 5)
            assert not first.done()
            await proxy.mend()
            found = [await first, *await heard(events, 9)]
            assert [getattr(event, "snowflake", None) for event in found] == written

"""A process dies between the log and the broker: what it told nobody of is heard all the same, a little later."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from datasources.embedded import Endpoints
from datasources.events.heartbeats import Heartbeats
from datasources.events.tasks import end
from datasources.records.ids import new_channel_id
from datasources.snowflakes import first_of, unix_ms
from resolvers.live import Live
from tests.datasources.events.drills import maker, sent, until
from tests.datasources.events.listening import LATEST_MS, Listener, acknowledge, process
from tests.datasources.events.stores import MongoLog, mongo_log

IDS = maker()


@dataclass(frozen=True, slots=True)
class Alive:
    live: Live
    heartbeats: Heartbeats


@pytest.fixture(scope="module")
async def log(endpoints: Endpoints, run_id: str) -> AsyncIterator[MongoLog]:
    async with mongo_log(endpoints, f"homeroom_deaths_{run_id}") as log:
        yield log


@asynccontextmanager
async def alive(endpoints: Endpoints, log: MongoLog, topic: str) -> AsyncIterator[Alive]:
    async with process(endpoints.redis_url or "", log.messages) as live:
        heartbeats = Heartbeats(live._hub, topic=topic)
        await heartbeats.start()
        try:
            yield Alive(live, heartbeats)
        finally:
            await heartbeats.stop()


async def test_an_event_that_a_dead_process_told_nobody_of_is_heard(endpoints: Endpoints, log: MongoLog) -> None:
    channel_id, topic = new_channel_id(), f"homeroom:processes:{secrets.token_hex(4)}"
    first, last = sent(channel_id, IDS.next()), sent(channel_id, IDS.next())
    untold = sent(channel_id, first_of(unix_ms() - LATEST_MS))
    async with (
        alive(endpoints, log, topic) as one,
        alive(endpoints, log, topic) as two,
        Listener(one.live, channel_id) as listener,
    ):
        await until(lambda: two.heartbeats.process_id in one.heartbeats.others())
        await acknowledge(two.live, log.messages, first)
        await listener.has(1)
        await log.messages.write(untold)
        task, two.heartbeats._task = two.heartbeats._task, None
        assert task is not None
        await end([task])
        # What others tell meanwhile does not hide it.
        await acknowledge(one.live, log.messages, last)
        assert await listener.has(2) == [first.snowflake, last.snowflake]
        assert await listener.has(3) == [first.snowflake, last.snowflake, untold.snowflake]
        # And nothing comes a second time.
        after = sent(channel_id, IDS.next())
        await acknowledge(one.live, log.messages, after)
        assert await listener.has(4) == [first.snowflake, last.snowflake, untold.snowflake, after.snowflake]

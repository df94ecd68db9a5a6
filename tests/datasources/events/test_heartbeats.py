"""Who is alive: the others hear a goodbye, and conclude from a silence, but never from their own deafness."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from datasources.events.heartbeats import BEAT_SECONDS, SILENT_SECONDS, Heartbeats
from datasources.events.hub import Hub, Lapse
from datasources.events.tasks import end
from tests.datasources.events.drills import running_hub, until
from tests.datasources.events.valkey import OwnValkey


@dataclass(slots=True)
class Process:
    hub: Hub
    heartbeats: Heartbeats
    doubts: list[Lapse] = field(default_factory=list)

    async def die(self) -> None:
        """Falls silent without a goodbye."""
        task, self.heartbeats._task = self.heartbeats._task, None
        assert task is not None
        await end([task])

    async def listen(self) -> None:
        """Notes what a feed would be told."""
        async with self.hub.subscribe(f"homeroom:room:{self.heartbeats.process_id}") as subscription:
            async for item in subscription:
                assert isinstance(item, Lapse)
                self.doubts.append(item)


@asynccontextmanager
async def process(url: str, topic: str) -> AsyncIterator[Process]:
    async with running_hub(url) as hub:
        await until(lambda: hub.connected)
        heartbeats = Heartbeats(hub, topic=topic)
        found = Process(hub, heartbeats)
        listening = asyncio.create_task(found.listen())
        await heartbeats.start()
        try:
            yield found
        finally:
            await heartbeats.stop()
            await end([listening])


@pytest.fixture
def topic() -> str:
    """Of these processes alone: others use the same Redis."""
    return f"homeroom:processes:{secrets.token_hex(4)}"


async def knows(one: Process, *others: Process) -> None:
    wanted = {other.heartbeats.process_id for other in others}
    await until(lambda: one.heartbeats.others() == wanted)


async def test_each_hears_of_the_others_at_once(redis_url: str, topic: str) -> None:
    async with process(redis_url, topic) as one:
        await knows(one)
        async with process(redis_url, topic) as two:
            async with asyncio.timeout(BEAT_SECONDS):
                await knows(two, one)
            await knows(one, two)


async def test_a_goodbye_is_no_death(redis_url: str, topic: str) -> None:
    async with process(redis_url, topic) as one:
        async with process(redis_url, topic) as two:
            await knows(one, two)
        async with asyncio.timeout(BEAT_SECONDS):
            await knows(one)
        await asyncio.sleep(SILENT_SECONDS + 2 * BEAT_SECONDS)  # nothing follows, however long one waits
        assert one.doubts == []


async def test_a_death_is_concluded_once_and_a_return_seen(redis_url: str, topic: str) -> None:
    async with process(redis_url, topic) as one, process(redis_url, topic) as two, process(redis_url, topic) as three:
        await knows(one, two, three)
        await two.die()
        await knows(one, three)
        await until(lambda: bool(one.doubts))
        assert one.doubts == [Lapse.RESTORED]
        await two.heartbeats.start()
        await knows(one, two, three)
        await asyncio.sleep(SILENT_SECONDS + 2 * BEAT_SECONDS)  # nothing follows, however long one waits
        assert one.doubts == [Lapse.RESTORED]
        assert one.heartbeats.others() == {two.heartbeats.process_id, three.heartbeats.process_id}


async def test_nothing_is_concluded_while_redis_is_away(valkey: OwnValkey, topic: str) -> None:
    async with process(valkey.url, topic) as one, process(valkey.url, topic) as two:
        await knows(one, two)
        await knows(two, one)
        valkey.kill()
        await until(lambda: one.doubts == [Lapse.AWAY])
        await asyncio.sleep(SILENT_SECONDS + 2 * BEAT_SECONDS)  # the silence that must mean nothing
        await knows(one, two)
        await valkey.start()
        await until(lambda: one.doubts == [Lapse.AWAY, Lapse.RESTORED])
        # The other one may take its time to come back, but no longer than a silence.
        await asyncio.sleep(SILENT_SECONDS + 2 * BEAT_SECONDS)
        await knows(one, two)
        assert one.doubts[:2] == [Lapse.AWAY, Lapse.RESTORED]


async def test_a_process_that_was_held_up_concludes_nothing_of_the_others(redis_url: str, topic: str) -> None:
    async with process(redis_url, topic) as one, process(redis_url, topic) as two:
        await knows(one, two)
        # As though nothing had been heard for long, because nothing here ran.
        one.heartbeats._heard = dict.fromkeys(one.heartbeats._heard, 0.0)
        one.heartbeats._conclude(held_up=True)
        one.heartbeats._conclude(held_up=False)
        await knows(one, two)
        assert one.doubts == []

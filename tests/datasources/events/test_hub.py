"""Topics between hubs: nobody misses what came after they subscribed, and nothing stays behind them."""

import asyncio
import gc
import secrets
import tracemalloc

import pytest
from redis.asyncio import Redis

from datasources.events.hub import Delivery, Hub
from datasources.events.queues import SlowSubscriber
from tests.datasources.events.drills import live_tasks, payloads, running_hub, until


@pytest.fixture
def topic() -> str:
    return f"homeroom:test:{secrets.token_hex(8)}"


async def test_subscribers_that_come_first_and_at_once_lose_nothing(hub: Hub, topic: str) -> None:
    published = 0
    enough = asyncio.Event()

    async def publish() -> None:
        nonlocal published
        while not enough.is_set():
            published += 1
            await hub.publish(topic, b"%d" % published)

    async def subscribe() -> tuple[int, list[int]]:
        async with hub.subscribe(topic) as subscription:
            before = published
            return before, [int(payload) for payload in await payloads(subscription, 50)]

    publishing = asyncio.create_task(publish())
    received = await asyncio.gather(*(subscribe() for _ in range(100)))
    enough.set()
    await publishing
    for before, numbers in received:
        assert numbers == list(range(numbers[0], numbers[0] + 50))
        # What was being published while the subscription was made may come or not; what came after it must.
        assert numbers[0] <= before + 1


async def test_a_topic_is_subscribed_once_in_a_process(hub: Hub, redis_url: str, topic: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        async with hub.subscribe(topic), hub.subscribe(topic):
            assert dict(await redis.pubsub_numsub(topic)) == {topic.encode(): 1}
        assert hub.topics == 0
        async with asyncio.timeout(2):
            while dict(await redis.pubsub_numsub(topic))[topic.encode()]:  # noqa: ASYNC110 - Redis sets no event here
                await asyncio.sleep(0.01)


async def test_hubs_hear_each_other(hub: Hub, redis_url: str, topic: str) -> None:
    async with running_hub(redis_url) as other, hub.subscribe(topic) as here, other.subscribe(topic) as there:
        await until(lambda: other.connected)
        await hub.publish(topic, b"from here")
        await other.publish(topic, b"\x00from there\xff")
        for subscription in (here, there):
            assert await payloads(subscription, 2) == [b"from here", b"\x00from there\xff"]


async def test_who_subscribes_again_at_once_hears_again(hub: Hub, topic: str) -> None:
    for number in range(50):
        async with hub.subscribe(topic) as subscription:
            await hub.publish(topic, b"%d" % number)
            assert await payloads(subscription, 1) == [b"%d" % number]


async def test_a_slow_subscriber_is_closed_and_others_are_not(hub: Hub, topic: str) -> None:
    async with hub.subscribe(topic, max_items=10) as slow, hub.subscribe(topic) as quick:
        for number in range(12):
            await hub.publish(topic, b"%d" % number)
        assert len(await payloads(quick, 12)) == 12
        with pytest.raises(SlowSubscriber):
            await anext(slow)
        await hub.publish(topic, b"more")
        assert await payloads(quick, 1) == [b"more"]


async def test_subscribers_leave_nothing_behind(hub: Hub, topic: str) -> None:
    async def come_and_go(number: int) -> None:
        async with hub.subscribe(f"{topic}:{number % 20}") as subscription:
            await hub.publish(f"{topic}:{number % 20}", b"x" * 1_000)
            await payloads(subscription, 1)

    async def memory_after(rounds: int) -> int:
        for _ in range(rounds):
            await asyncio.gather(*(come_and_go(number) for number in range(200)))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    at_first = await memory_after(2)
    tasks = len(live_tasks())
    at_last = await memory_after(6)
    tracemalloc.stop()
    assert hub.topics == 0
    assert len(live_tasks()) == tasks
    # A leak would be 1,200 messages of 1 kB; what the rest of the process allocates meanwhile is a part of this.
    assert at_last - at_first < 300_000


async def test_a_subscriber_cancelled_while_it_comes_leaves_nothing_behind(hub: Hub, topic: str) -> None:
    async def come() -> None:
        async with hub.subscribe(topic):
            await asyncio.get_running_loop().create_future()

    coming = asyncio.create_task(come())
    await asyncio.sleep(0)
    coming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await coming
    assert hub.topics == 0


async def test_stopping_ends_all_iterations(redis_url: str, topic: str) -> None:
    before = live_tasks()
    async with running_hub(redis_url) as hub:
        subscribed = asyncio.Event()

        async def listen() -> list[Delivery]:
            async with hub.subscribe(topic) as subscription:
                subscribed.set()
                return [item async for item in subscription if isinstance(item, Delivery)]

        listening = asyncio.create_task(listen())
        await subscribed.wait()
    assert await listening == []
    await asyncio.sleep(0)
    assert live_tasks() == before

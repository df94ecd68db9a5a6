"""Redis dies, hangs and comes back: what is heard meanwhile, how soon it is noticed, and who is told."""

import asyncio
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from datasources.events.hub import Delivery, Hub, Lapse, Subscription
from tests.datasources.events.drills import WAIT_SECONDS, payloads, running_hub, until
from tests.datasources.events.valkey import OwnValkey

TOPIC = "homeroom:test:outages"


async def next_lapse(subscription: Subscription) -> Lapse:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            item = await anext(subscription)
            if isinstance(item, Lapse):
                return item


async def test_a_restart_is_told_and_survived(valkey: OwnValkey) -> None:
    async with running_hub(valkey.url) as hub, running_hub(valkey.url) as other:
        await until(lambda: hub.connected and other.connected)
        async with hub.subscribe(TOPIC) as subscription:
            valkey.kill()
            assert await next_lapse(subscription) is Lapse.AWAY
            await valkey.start()
            assert await next_lapse(subscription) is Lapse.RESTORED
            await until(lambda: other.connected)
            await other.publish(TOPIC, b"after")
            assert await payloads(subscription, 1) == [b"after"]


async def test_all_topics_are_subscribed_again(valkey: OwnValkey) -> None:
    names = [f"{TOPIC}:{number}" for number in range(1_200)]
    async with running_hub(valkey.url) as hub, asyncio.timeout(WAIT_SECONDS):
        await until(lambda: hub.connected)
        heard: set[str] = set()
        subscribed = asyncio.Semaphore(0)

        async def hear(name: str) -> None:
            async with hub.subscribe(name) as subscription:
                subscribed.release()
                while await next_lapse(subscription) is not Lapse.RESTORED:
                    pass
                await hub.publish(name, b"again")
                await payloads(subscription, 1)
                heard.add(name)

        hearing = asyncio.gather(*(hear(name) for name in names))
        for _ in names:
            await subscribed.acquire()
        valkey.kill()
        await valkey.start()
        await hearing
    assert heard == set(names)


async def test_a_hub_starts_while_redis_is_away(tmp_path: Path) -> None:
    valkey = OwnValkey(tmp_path)
    async with running_hub(valkey.url) as hub, hub.subscribe(TOPIC) as subscription:
        assert await next_lapse(subscription) is Lapse.AWAY
        await valkey.start()
        try:
            assert await next_lapse(subscription) is Lapse.RESTORED
            await hub.publish(TOPIC, b"at last")
            assert await payloads(subscription, 1) == [b"at last"]
        finally:
            valkey.kill()


async def test_publishing_goes_on_within_the_process_and_quickly(valkey: OwnValkey) -> None:
    async with running_hub(valkey.url) as hub:
        await until(lambda: hub.connected)
        async with hub.subscribe(TOPIC) as subscription:
            valkey.kill()
            await until(lambda: not hub.connected)
            began = time.monotonic()
            for number in range(100):
                await hub.publish(TOPIC, b"%d" % number)
            assert time.monotonic() - began < 1
            assert await payloads(subscription, 100) == [b"%d" % number for number in range(100)]


async def test_others_are_told_of_a_message_that_the_broker_did_not_take(valkey: OwnValkey) -> None:
    mute = valkey.url.replace(":drill@", "writer:drill@")
    async with Redis.from_url(valkey.url) as redis:
        await redis.acl_setuser(
            "writer", enabled=True, passwords=["+drill"], keys=["*"], channels=["*"], commands=["+@all", "-publish"]
        )
        async with running_hub(mute) as writer, running_hub(valkey.url) as reader:
            await until(lambda: writer.connected and reader.connected)
            async with reader.subscribe(TOPIC) as subscription:
                await writer.publish(TOPIC, b"fleeting", durable=False)
                await writer.publish(TOPIC, b"durable")
                await redis.acl_setuser("writer", commands=["+publish"])
                assert await next_lapse(subscription) is Lapse.RESTORED
                await writer.publish(TOPIC, b"heard")
                assert await payloads(subscription, 1) == [b"heard"]


@pytest.mark.parametrize("durable", [True, False])
async def test_a_redis_that_hangs_is_noticed(valkey: OwnValkey, durable: bool) -> None:
    async with running_hub(valkey.url) as hub:
        await until(lambda: hub.connected)
        async with hub.subscribe(TOPIC) as subscription:
            valkey.pause()
            try:
                began = time.monotonic()
                await hub.publish(TOPIC, b"in time", durable=durable)
                assert time.monotonic() - began < 1
                if durable:
                    # Something may have been lost before it, on a connection that seemed well.
                    assert await anext(subscription) is Lapse.RESTORED
                assert await anext(subscription) == Delivery(b"in time", through_broker=False)
                assert await next_lapse(subscription) is Lapse.AWAY
                assert time.monotonic() - began < 10
            finally:
                valkey.go_on()
            assert await next_lapse(subscription) is Lapse.RESTORED


async def test_a_subscription_is_entered_once_redis_has_acknowledged_it(valkey: OwnValkey) -> None:
    async with running_hub(valkey.url) as hub:
        await until(lambda: hub.connected)
        subscribing = hub.subscribe(TOPIC)
        valkey.pause()
        entering = asyncio.create_task(subscribing.__aenter__())
        done, _ = await asyncio.wait([entering], timeout=0.5)
        valkey.go_on()
        assert not done
        subscription = await entering
        await hub.publish(TOPIC, b"first")
        assert await anext(subscription) == Delivery(b"first", through_broker=True)
        await subscribing.__aexit__(None, None, None)


async def test_a_quiet_connection_is_kept(hub: Hub) -> None:
    async with hub.subscribe(TOPIC) as subscription:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(6):
                await anext(subscription)
        assert hub.connected

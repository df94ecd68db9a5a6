"""Writers of a channel and its listeners, as resolvers and sockets would be, in one process or in several."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from datasources.events.hub import Delivery
from datasources.events.tasks import end
from datasources.records.changes import RoomEvent
from datasources.records.ids import ChannelId, new_channel_id
from datasources.stores import RoomStore
from resolvers.live import Gap, Live
from tests.datasources.events.drills import LOOK_SECONDS, WAIT_SECONDS, running_hub, until

LATEST_MS: Final = 12_000
"""An event lies behind the newest one by this at the most: two clocks 2 s off, a write of 4 s, a death found in 4 s."""


@asynccontextmanager
async def process(redis_url: str, messages: RoomStore) -> AsyncIterator[Live]:
    """What one process of several has: a hub and its feeds. Its Redis must answer."""
    async with running_hub(redis_url) as hub:
        await until(lambda: hub.connected)
        live = Live(hub, messages)
        try:
            yield live
        finally:
            await live.stop()


async def acknowledge(live: Live, messages: RoomStore, event: RoomEvent) -> None:
    """Into the log first, then to all: what follows is acknowledged to its author."""
    await messages.write(event)
    await live.publish(event)


async def publishing_reaches(live: Live, other: Live) -> None:
    """Returns when what one process publishes comes to the other again, through the broker."""
    topic = f"homeroom:test:{new_channel_id()}"
    async with other._hub.subscribe(topic) as subscription, asyncio.timeout(WAIT_SECONDS):
        publishing = asyncio.create_task(_publish_again_and_again(live, topic))
        try:
            async for item in subscription:
                if isinstance(item, Delivery):
                    return
        finally:
            await end([publishing])


async def _publish_again_and_again(live: Live, topic: str) -> None:
    while True:
        await live._hub.publish(topic, b"?", durable=False)
        await asyncio.sleep(LOOK_SECONDS)


async def heard(events: AsyncIterator[RoomEvent | Gap], count: int) -> list[RoomEvent | Gap]:
    """The next events."""
    found: list[RoomEvent | Gap] = []
    async with asyncio.timeout(WAIT_SECONDS):
        while len(found) < count:
            found.append(await anext(events))
    return found


async def heard_until(events: AsyncIterator[RoomEvent | Gap], last: RoomEvent) -> list[RoomEvent]:
    """The next events up to this one."""
    found: list[RoomEvent] = []
    async with asyncio.timeout(WAIT_SECONDS):
        async for event in events:
            assert isinstance(event, RoomEvent)
            found.append(event)
            if event.message.snowflake == last.message.snowflake:
                break
    return found


class Listener:
    """Takes what comes, in a task of its own, from the moment that it is entered."""

    def __init__(self, live: Live, channel_id: ChannelId, after: int | None = None) -> None:
        self._stream = live.listening(channel_id, after)
        self.found: list[RoomEvent] = []

    async def __aenter__(self) -> Self:
        self._events = await self._stream.__aenter__()
        self._task = asyncio.create_task(self._take())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._stream.__aexit__(None, None, None)

    async def has(self, count: int, *, seconds: float = WAIT_SECONDS) -> list[int]:
        """The Snowflakes of what has come, once it is so many."""
        await until(lambda: len(self.found) >= count or self._task.done(), seconds=seconds)
        return [event.snowflake for event in self.found]

    async def _take(self) -> None:
        async for event in self._events:
            assert isinstance(event, RoomEvent)
            self.found.append(event)

"""Live events of channels: at least once, in the order of each message's revisions, and no silent gap.

A stream subscribes first, then reads the log, then goes on live. Source: consistency.md.
"""

from asyncio import Task, create_task
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from datasources.events.codec import encode
from datasources.events.feeds import Feed, topic_of
from datasources.events.hub import Hub
from datasources.events.log import EventLog
from datasources.events.replay import Replay
from datasources.events.tasks import end
from datasources.records.ids import ChannelId
from datasources.records.messages import ChannelEvent
from datasources.stores import MessageStore
from resolvers.clock import now


@dataclass(frozen=True, slots=True)
class Gap:
    """Events from before `at` are missing in this stream: the log no longer holds what followed its cursor."""

    at: datetime
    cursor: None = None


class Live:
    """One feed a channel that anybody listens to, for as long as anybody does."""

    def __init__(self, hub: Hub, messages: MessageStore) -> None:
        self._hub = hub
        self._log = EventLog(messages)
        self._feeds: dict[ChannelId, Feed] = {}
        self._tasks: set[Task[None]] = set()

    async def stop(self) -> None:
        """Ends all streams."""
        await end(list(self._tasks))

    async def publish(self, event: ChannelEvent) -> None:
        """Tells the listeners of all processes of an event that is in the log; an outage of the broker is no error."""
        await self._hub.publish(topic_of(event.channel_id), encode(event))

    def doubt(self, channel_id: ChannelId) -> None:
        """Has all listeners look into the log: an event whose write failed may be there all the same."""
        self._hub.nudge(topic_of(channel_id))

    async def channel_events(
        self, channel_id: ChannelId, after: int | None
    ) -> AsyncGenerator[ChannelEvent | Gap, None]:
        """What `listening` gives, from the first step of the iteration on. Close it with `aclose`."""
        async with self.listening(channel_id, after) as events:
            async for event in events:
                yield event

    @asynccontextmanager
    async def listening(
        self, channel_id: ChannelId, after: int | None
    ) -> AsyncIterator[AsyncIterator[ChannelEvent | Gap]]:
        """A stream that, once entered, misses nothing that is acknowledged from then on.

        `after` is the Snowflake of a cursor: what the log holds after it comes first, together with the eight seconds
        before it, since ids of several processes become visible out of order. None begins now. Raises `SlowSubscriber`
        while iterating, when too much has waited to be taken.
        """
        async with self._serving(channel_id) as feed:
            if after is None:
                with feed.listen() as listener:
                    yield listener
            else:
                async with aclosing(self._resumed(feed, after)) as events:
                    yield events

    @asynccontextmanager
    async def _serving(self, channel_id: ChannelId) -> AsyncIterator[Feed]:
        feed = self._feeds.get(channel_id)
        if feed is None:
            feed = self._feeds[channel_id] = Feed(channel_id, self._hub, self._log)
            feed.task = create_task(feed.run(), name=f"live-{channel_id}")
            self._tasks.add(feed.task)
            feed.task.add_done_callback(self._tasks.discard)
        feed.users += 1
        try:
            await feed.ready.wait()
            yield feed
        finally:
            feed.users -= 1
            if not feed.users:
                if self._feeds.get(channel_id) is feed:
                    del self._feeds[channel_id]
                await end([feed.task])

    async def _resumed(self, feed: Feed, after: int) -> AsyncGenerator[ChannelEvent | Gap, None]:
        if after < await self._log.start(feed.channel_id):
            with feed.listen() as listener:
                yield Gap(at=now())
                async for event in listener:
                    yield event
            return
        replay = Replay(feed, self._log, after)
        async with aclosing(replay.events()) as events:
            async for event in events:
                yield event

"""Rooms that are followed: one stream for all, from a moment on that each is told of, and none for nobody."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from datasources.embedded import Endpoints
from datasources.records.changes import RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import RoomId, new_channel_id, new_user_id
from resolvers.clock import now
from resolvers.live import Live
from resolvers.room_feeds import RoomFeeds
from tests.datasources.events.drills import maker, sent
from tests.datasources.events.listening import acknowledge, process
from tests.datasources.events.stores import MongoLog, mongo_log

SECONDS = 20
IDS = maker()

Told = RoomEvent | Typing | None


@pytest.fixture
async def mongo(endpoints: Endpoints, run_id: str) -> AsyncIterator[MongoLog]:
    async with mongo_log(endpoints, f"homeroom_feeds_{run_id}") as log:
        yield log


@pytest.fixture
async def live(endpoints: Endpoints, mongo: MongoLog) -> AsyncIterator[Live]:
    async with process(endpoints.redis_url or "", mongo.messages) as live:
        yield live


class Follower:
    def __init__(self) -> None:
        self._told: asyncio.Queue[tuple[RoomId, Told]] = asyncio.Queue()

    def __call__(self, room_id: RoomId, event: Told) -> None:
        self._told.put_nowait((room_id, event))

    async def told(self) -> tuple[RoomId, Told]:
        async with asyncio.timeout(SECONDS):
            return await self._told.get()

    @property
    def waiting(self) -> int:
        return self._told.qsize()


async def test_all_who_follow_a_room_share_one_stream_that_ends_with_the_last(live: Live, mongo: MongoLog) -> None:
    feeds, room_id = RoomFeeds(live), new_channel_id()
    one, other = Follower(), Follower()
    try:
        feeds.follow(room_id, one)
        assert await one.told() == (room_id, None)
        feeds.follow(room_id, other)
        assert await other.told() == (room_id, None)
        assert len(feeds) == 1

        event = sent(room_id, IDS.next())
        await acknowledge(live, mongo.messages, event)
        assert await one.told() == await other.told() == (room_id, event)
        typing = Typing(room_id, new_user_id(), now())
        await live.whisper(typing)
        assert await one.told() == await other.told() == (room_id, typing)

        feeds.unfollow(room_id, one)
        await acknowledge(live, mongo.messages, sent(room_id, IDS.next()))
        await other.told()
        assert one.waiting == 0
        feeds.unfollow(room_id, other)
        feeds.unfollow(room_id, other)
        assert len(feeds) == 0
    finally:
        await feeds.stop()


async def test_whoever_follows_again_is_told_from_when(live: Live, mongo: MongoLog) -> None:
    feeds, room_id, follower = RoomFeeds(live), new_channel_id(), Follower()
    try:
        for _ in range(3):
            feeds.follow(room_id, follower)
            assert await follower.told() == (room_id, None)
            event = sent(room_id, IDS.next())
            await acknowledge(live, mongo.messages, event)
            assert await follower.told() == (room_id, event)
            feeds.unfollow(room_id, follower)
    finally:
        await feeds.stop()

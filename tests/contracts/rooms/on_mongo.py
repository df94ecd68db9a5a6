"""Rooms in MongoDB."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.embedded import Endpoints
from datasources.mongo.conversations import MongoConversations
from datasources.mongo.room_collections import CHANNELS, DIRECT, OWED_CHANNELS, VIEWERS
from datasources.mongo.rooms import MongoRooms
from tests.contracts.rooms.under_test import UnderTest
from tests.datasources.mongo.databases import database_of_its_own


@asynccontextmanager
async def on_mongo(endpoints: Endpoints, name: str) -> AsyncIterator[UnderTest]:
    async with database_of_its_own(endpoints.mongodb_url or "", name) as mongo:
        direct = MongoRooms(mongo, DIRECT)
        yield UnderTest(
            rooms={
                "chn mongodb": MongoRooms(mongo, CHANNELS),
                "dir mongodb": direct,
                "usr mongodb": MongoRooms(mongo, VIEWERS),
            },
            owing={"chn mongodb, owed": MongoRooms(mongo, OWED_CHANNELS), "dir mongodb": direct},
            conversations={"dir mongodb": MongoConversations(mongo, DIRECT)},
        )

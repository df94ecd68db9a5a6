"""Message stores of a test module's own, on the shared servers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.rows import WRITE_EVENT, event_values
from datasources.embedded import Endpoints
from datasources.mongo.client import Mongo
from datasources.mongo.room_collections import CHANNELS
from datasources.mongo.room_log import RoomLog
from datasources.mongo.rooms import MongoRooms
from datasources.records.changes import RoomEvent
from datasources.snowflakes import unix_ms
from tests.contracts.rooms.keyspaces import keyspace_of_its_own
from tests.datasources.mongo.databases import database_of_its_own


@dataclass(frozen=True, slots=True)
class CassandraLog:
    cluster: CassandraCluster
    messages: CassandraRooms

    async def write_event_alone(self, event: RoomEvent) -> None:
        """What a process leaves that dies between the event and the message of another bucket."""
        await self.cluster.execute(WRITE_EVENT, *event_values(event))


@dataclass(frozen=True, slots=True)
class MongoLog:
    mongo: Mongo
    messages: MongoRooms

    async def write_event_alone(self, event: RoomEvent) -> None:
        """What a process leaves that dies between the event and its message."""
        await RoomLog(self.mongo, CHANNELS, unix_ms).add(event, owed=False)


@asynccontextmanager
async def cassandra_log(endpoints: Endpoints, name: str) -> AsyncIterator[CassandraLog]:
    assert endpoints.cassandra_contact_points is not None
    async with keyspace_of_its_own(endpoints.cassandra_contact_points, name) as settings:
        cluster = CassandraCluster(settings)
        messages = CassandraRooms(cluster)
        await cluster.open()
        try:
            yield CassandraLog(cluster, messages)
        finally:
            await cluster.close()


@asynccontextmanager
async def mongo_log(endpoints: Endpoints, name: str) -> AsyncIterator[MongoLog]:
    assert endpoints.mongodb_url is not None
    async with database_of_its_own(endpoints.mongodb_url, name) as mongo:
        yield MongoLog(mongo, MongoRooms(mongo, CHANNELS))

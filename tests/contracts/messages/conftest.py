"""Every `RoomStore`, one after the other: what is asserted here holds for all of them."""

from collections.abc import AsyncIterator

import pytest

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.rooms import CassandraRooms
from datasources.embedded import Endpoints
from datasources.mongo.messages import MongoMessages
from datasources.stores import RoomStore
from tests.contracts.messages.keyspaces import keyspace_of_its_own
from tests.contracts.messages.scenes import Scene
from tests.datasources.mongo.databases import database_of_its_own


@pytest.fixture(scope="session")
async def cassandra_messages(endpoints: Endpoints, run_id: str) -> AsyncIterator[RoomStore]:
    assert endpoints.cassandra_contact_points is not None
    async with keyspace_of_its_own(endpoints.cassandra_contact_points, f"homeroom_test_{run_id}") as settings:
        cluster = CassandraCluster(settings)
        messages = CassandraRooms(cluster)
        await cluster.open()
        yield messages
        await cluster.close()


@pytest.fixture(scope="session")
async def mongo_messages(endpoints: Endpoints, run_id: str) -> AsyncIterator[RoomStore]:
    assert endpoints.mongodb_url is not None
    async with database_of_its_own(endpoints.mongodb_url, f"homeroom_test_{run_id}_messages") as mongo:
        yield MongoMessages(mongo)


@pytest.fixture(params=["cassandra_messages", "mongo_messages"])
def store(request: pytest.FixtureRequest) -> RoomStore:
    messages: RoomStore = request.getfixturevalue(request.param)
    return messages


@pytest.fixture
def scene(store: RoomStore) -> Scene:
    """A new channel in the store."""
    return Scene(store)

"""Rooms in Cassandra."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.rooms import CassandraRooms
from datasources.embedded import Endpoints
from tests.contracts.rooms.keyspaces import keyspace_of_its_own
from tests.contracts.rooms.under_test import UnderTest


@asynccontextmanager
async def on_cassandra(endpoints: Endpoints, name: str) -> AsyncIterator[UnderTest]:
    async with keyspace_of_its_own(endpoints.cassandra_contact_points or "", name) as settings:
        cluster = CassandraCluster(settings)
        rooms = CassandraRooms(cluster)
        await cluster.open()
        try:
            yield UnderTest({"chn cassandra": rooms})
        finally:
            await cluster.close()

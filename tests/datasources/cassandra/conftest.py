"""A keyspace of this folder's own, and a network in front of it that can be cut."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.settings import CassandraSettings
from datasources.embedded import Endpoints
from tests.contracts.rooms.keyspaces import keyspace_of_its_own
from tests.datasources.cassandra.relays import Relay


@pytest.fixture(scope="session")
async def settings(endpoints: Endpoints, run_id: str) -> AsyncIterator[CassandraSettings]:
    assert endpoints.cassandra_contact_points is not None
    async with keyspace_of_its_own(endpoints.cassandra_contact_points, f"homeroom_test_{run_id}_own") as settings:
        yield settings


@pytest.fixture
async def relay(settings: CassandraSettings) -> AsyncIterator[Relay]:
    """Down at first."""
    ((host, port),) = settings.addresses()
    relay = Relay(host, port)
    await relay.reserve()
    yield relay
    await relay.down()


@pytest.fixture
async def behind_relay(settings: CassandraSettings, relay: Relay) -> AsyncIterator[CassandraCluster]:
    """A connection through the relay, not opened yet."""
    cluster = CassandraCluster(replace(settings, contact_points=f"127.0.0.1:{relay.port}"))
    yield cluster
    await cluster.close()


@pytest.fixture
async def cluster(settings: CassandraSettings) -> AsyncIterator[CassandraCluster]:
    """A connection, not opened yet."""
    cluster = CassandraCluster(settings)
    yield cluster
    await cluster.close()

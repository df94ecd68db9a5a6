import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from datasources.embedded import Endpoints
from datasources.mongo.room_collections import CHANNELS, LEASES, OWED_CHANNELS
from datasources.mongo.room_collections import DIRECT as DIRECT_COLLECTIONS
from datasources.mongo.rooms import MongoRooms
from datasources.postgres.room_tables import DIRECT as DIRECT_TABLES
from datasources.postgres.rooms import PostgresRooms
from tests.datasources.layers.pairs import PAIRS, ChannelPair, DirectPair, Pair, Servers
from tests.datasources.mongo.databases import database_of_its_own
from tests.datasources.postgres.places import migrated_database, opened


@pytest.fixture(scope="session")
async def servers(endpoints: Endpoints, run_id: str) -> AsyncIterator[Servers]:
    name, mongodb_url = f"homeroom_layers_{run_id}", endpoints.mongodb_url or ""
    async with (
        database_of_its_own(mongodb_url, name) as mongo,
        migrated_database(endpoints.database_url or "", name) as database_url,
        opened(database_url) as database,
    ):

        async def release_leases() -> None:
            await mongo.collection(LEASES).delete_many({})
            await database.execute("DELETE FROM room_leases")

        yield Servers(
            mongodb_url=mongodb_url,
            mongodb_name=name,
            database_url=database_url,
            first_channels=MongoRooms(mongo, CHANNELS),
            owed_channels=MongoRooms(mongo, OWED_CHANNELS),
            first_direct=MongoRooms(mongo, DIRECT_COLLECTIONS),
            second_direct=PostgresRooms(database, DIRECT_TABLES),
            release_leases=release_leases,
        )


@pytest.fixture(autouse=True)
async def let_go() -> AsyncIterator[None]:
    """What a test's cut lines left behind is its own, and no later test's."""
    yield
    gc.collect()


@pytest.fixture(params=PAIRS)
async def pair(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[Pair]:
    """Each kind of pair, one after the other."""
    async with AsyncExitStack() as stack:
        made: Pair = PAIRS[request.param](stack, servers)
        await made.clear()
        yield made


@pytest.fixture
async def channels(servers: Servers) -> AsyncIterator[ChannelPair]:
    async with AsyncExitStack() as stack:
        made = ChannelPair(stack, servers)
        await made.clear()
        yield made


@pytest.fixture
async def direct(servers: Servers) -> AsyncIterator[DirectPair]:
    async with AsyncExitStack() as stack:
        made = DirectPair(stack, servers)
        await made.clear()
        yield made

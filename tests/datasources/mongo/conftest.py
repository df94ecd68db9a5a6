from collections.abc import AsyncIterator

import pytest

from datasources.embedded import Endpoints
from datasources.mongo.client import Mongo
from tests.datasources.mongo.databases import database_of_its_own
from tests.datasources.mongo.scenes import Scene


@pytest.fixture(scope="session")
def mongodb_url(endpoints: Endpoints) -> str:
    assert endpoints.mongodb_url is not None
    return endpoints.mongodb_url


@pytest.fixture(scope="session")
async def mongo(mongodb_url: str, run_id: str) -> AsyncIterator[Mongo]:
    async with database_of_its_own(mongodb_url, f"homeroom_test_{run_id}") as mongo:
        yield mongo


@pytest.fixture
async def scene(mongo: Mongo) -> Scene:
    """A new workspace with its owner."""
    return await Scene.begin(mongo)

"""Hubs, on the shared Redis and on one that a test may kill."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from datasources.embedded import Endpoints
from datasources.events.hub import Hub
from tests.datasources.events.drills import running_hub, until
from tests.datasources.events.valkey import OwnValkey, own_valkey


@pytest.fixture
def redis_url(endpoints: Endpoints) -> str:
    assert endpoints.redis_url is not None
    return endpoints.redis_url


@pytest.fixture
async def hub(redis_url: str) -> AsyncIterator[Hub]:
    async with running_hub(redis_url) as hub:
        await until(lambda: hub.connected)
        yield hub


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[OwnValkey]:
    async with own_valkey(tmp_path) as server:
        yield server

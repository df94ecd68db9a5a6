"""The shared Redis, one of a test's own, and a database of this run's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from datasources.embedded import Endpoints
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.migrate import migrate
from datasources.redis.client import RedisClient
from tests.datasources.postgres.places import Line, line_to, opened, own_database
from tests.datasources.redis.valkey import DurableValkey, durable_valkey


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[RedisClient]:
    client = RedisClient(url)
    await client.open()
    try:
        yield client
    finally:
        await client.close()


@pytest.fixture
async def client(endpoints: Endpoints) -> AsyncIterator[RedisClient]:
    async with connected(endpoints.redis_url or "") as client:
        yield client


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[DurableValkey]:
    async with durable_valkey(tmp_path) as server:
        yield server


@pytest.fixture
async def own_client(valkey: DurableValkey) -> AsyncIterator[RedisClient]:
    async with connected(valkey.url) as client:
        yield client


@pytest.fixture(scope="module")
async def database_url(endpoints: Endpoints, run_id: str) -> AsyncIterator[str]:
    async with own_database(endpoints.database_url or "", f"homeroom_test_{run_id}_sessions") as url:
        await migrate(url)
        yield url


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    async with line_to(database_url) as line:
        yield line


@pytest.fixture
async def database(line: Line) -> AsyncIterator[PostgresDatabase]:
    async with opened(line.url) as database:
        yield database

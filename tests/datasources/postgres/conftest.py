"""A migrated database of this run's own."""

from collections.abc import AsyncIterator

import pytest

from datasources.embedded import Endpoints
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.migrate import migrate
from tests.datasources.postgres.places import Line, line_to, opened, own_database


@pytest.fixture(scope="module")
async def database_url(endpoints: Endpoints, run_id: str) -> AsyncIterator[str]:
    async with own_database(endpoints.database_url or "", f"homeroom_test_{run_id}") as url:
        await migrate(url)
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    async with line_to(database_url) as line:
        yield line

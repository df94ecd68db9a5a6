"""A migrated database of this run's own."""

from collections.abc import AsyncIterator

import pytest

from datasources.embedded import Endpoints
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.migrate import migrate
from datasources.postgres.room_tables import DIRECT, GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import Pin, Reaction, ReadState
from datasources.records.conversations import Block, Conversation, Participant
from tests.contracts.rooms.scenes import Scene
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


@pytest.fixture
def group(database: PostgresDatabase) -> Scene:
    """A new group."""
    return Scene(PostgresRooms(database, GROUPS), "grp", (Reaction, Pin, ReadState, Conversation, Participant))


@pytest.fixture
def direct(database: PostgresDatabase) -> Scene:
    """A new conversation of two."""
    return Scene(PostgresRooms(database, DIRECT), "dir", (Reaction, ReadState, Conversation, Participant, Block))

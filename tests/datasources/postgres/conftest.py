"""A migrated database of this run's own."""

from collections.abc import AsyncIterator

import pytest

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_tables import DIRECT, GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import Pin, Reaction, ReadState
from datasources.records.conversations import Block, Conversation, Participant
from tests.contracts.rooms.scenes import Scene
from tests.datasources.postgres.keepers import Clocks
from tests.datasources.postgres.places import Line, opened


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
def group(database: PostgresDatabase) -> Scene:
    """A new group."""
    return Scene(PostgresRooms(database, GROUPS), "grp", (Reaction, Pin, ReadState, Conversation, Participant))


@pytest.fixture
def direct(database: PostgresDatabase) -> Scene:
    """A new conversation of two."""
    return Scene(PostgresRooms(database, DIRECT), "dir", (Reaction, ReadState, Conversation, Participant, Block))


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
async def line_database(line: Line) -> AsyncIterator[PostgresDatabase]:
    """The same database behind a line that can be cut."""
    async with opened(line.url) as database:
        yield database

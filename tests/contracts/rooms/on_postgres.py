"""Rooms in PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.embedded import Endpoints
from datasources.postgres.conversations import PostgresConversations
from datasources.postgres.room_tables import DIRECT, GROUPS, VIEWERS
from datasources.postgres.rooms import PostgresRooms
from tests.contracts.rooms.under_test import UnderTest
from tests.datasources.postgres.places import migrated_database, opened


@asynccontextmanager
async def on_postgres(endpoints: Endpoints, name: str) -> AsyncIterator[UnderTest]:
    async with migrated_database(endpoints.database_url or "", name) as database_url, opened(database_url) as database:
        direct, groups = PostgresRooms(database, DIRECT), PostgresRooms(database, GROUPS)
        yield UnderTest(
            rooms={"dir postgresql": direct, "grp postgresql": groups},
            owing={"dir postgresql": direct, "usr postgresql, owed": PostgresRooms(database, VIEWERS)},
            conversations={
                "dir postgresql": PostgresConversations(database, DIRECT),
                "grp postgresql": PostgresConversations(database, GROUPS),
            },
        )

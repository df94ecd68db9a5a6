"""A keyspace for one run of the tests, dropped at its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.cassandra.driver import new_driver
from datasources.cassandra.migrate import migrate
from datasources.cassandra.settings import CassandraSettings


@asynccontextmanager
async def keyspace_of_its_own(contact_points: str, name: str) -> AsyncIterator[CassandraSettings]:
    """Settings for a new keyspace, migrated; patient ones, since the tests' machine may be slow."""
    settings = CassandraSettings(contact_points=contact_points, keyspace=name, request_seconds=20)
    try:
        await migrate(settings)
        yield settings
    finally:
        await asyncio.to_thread(drop_keyspace, settings)


def drop_keyspace(settings: CassandraSettings) -> None:
    driver = new_driver(settings, with_metadata=False)
    try:
        driver.connect().execute(f"DROP KEYSPACE IF EXISTS {settings.keyspace}", timeout=30)
    finally:
        driver.shutdown()

"""A database for one run of the tests, dropped at its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.mongo.client import Mongo
from datasources.mongo.migrate import migrate


@asynccontextmanager
async def database_of_its_own(url: str, name: str) -> AsyncIterator[Mongo]:
    """An open connection to a new database, migrated; a patient one, since the tests' machine may be slow."""
    await migrate(url, database=name)
    mongo = Mongo(url, database=name, statement_seconds=60)
    await mongo.open()
    try:
        yield mongo
        await mongo.database.client.drop_database(name)
    finally:
        await mongo.close()

"""Statements that nobody waits for any more, as when a socket with many operations is closed."""

import asyncio

import pytest

from datasources.embedded import Endpoints
from datasources.mongo.client import CONNECTIONS, Mongo

# The driver leaves the socket of an attempt to connect that is cancelled to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

PATIENCE = 10.0
READERS = 6 * CONNECTIONS


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.1, 0.3], ids=["selecting", "connecting", "waiting", "reading"])
async def test_statements_that_are_cancelled_twice_leave_no_lock_and_no_connection_behind(
    endpoints: Endpoints, seconds: float
) -> None:
    mongo = Mongo(endpoints.mongodb_url or "")
    await mongo.open()

    async def read() -> None:
        while True:
            with mongo.statement():
                await mongo.collection("nothing").find({"_id": 1}).to_list()

    readers = [asyncio.create_task(read()) for _ in range(READERS)]
    await asyncio.wait(readers, timeout=seconds)
    for _ in range(3):
        for reader in readers:
            reader.cancel()
        await asyncio.sleep(0)
    _, left = await asyncio.wait(readers, timeout=PATIENCE)
    assert not left
    async with asyncio.timeout(PATIENCE):
        await mongo.ping()
        await mongo.close()

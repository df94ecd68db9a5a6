"""The real servers, started once for all tests, in a directory of their own.

Set `HOMEROOM_TEST_ENDPOINTS` to a file with the addresses of servers that run already (`endpoints.json` of a data
directory) to spare the start; every run makes databases and keyspaces of its own in them.
"""

import json
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from datasources.embedded import STORES, EmbeddedServers, Endpoints, Progress


@pytest.fixture(scope="session")
async def endpoints(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Endpoints]:
    """Where the four embedded servers of this run answer."""
    running = os.environ.get("HOMEROOM_TEST_ENDPOINTS")
    if running:
        yield Endpoints(**json.loads(Path(running).read_text(encoding="utf-8")))
        return
    servers = EmbeddedServers(tmp_path_factory.mktemp("stores"), STORES, on_progress=_ignore)
    try:
        yield await servers.start()
    finally:
        await servers.stop()


@pytest.fixture(scope="session")
def run_id() -> str:
    """A name that no other run has: part of the names of this run's databases and keyspaces."""
    return secrets.token_hex(4)


def _ignore(_: Progress) -> None:
    pass

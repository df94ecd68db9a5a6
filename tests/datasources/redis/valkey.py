"""A Valkey of a test's own that keeps its data: to be killed, started again, and set back to older data."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.datasources.events.valkey import OwnValkey


class DurableValkey(OwnValkey):
    """Every write is on disk before it is acknowledged."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._copy = folder / "copy"
        self._data.mkdir()
        super().__init__(self._data)
        self._command[-1:] = ["yes", "--appendfsync", "always"]

    def keep_a_copy(self) -> None:
        """Remembers the data as they are now."""
        shutil.copytree(self._data, self._copy)

    def set_back(self) -> None:
        """Puts the copy in the place of the data; while the server is down."""
        shutil.rmtree(self._data)
        shutil.move(self._copy, self._data)


@asynccontextmanager
async def durable_valkey(folder: Path) -> AsyncIterator[DurableValkey]:
    """A server that runs at first, and is gone at the end."""
    server = DurableValkey(folder)
    await server.start()
    try:
        yield server
    finally:
        server.kill()

"""A data directory and servers of this folder's own: its tests kill them."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from datasources.embedded import STORES, EmbeddedServers
from datasources.embedded.processes import started
from tests.scratch import scratch

INTERVAL = 0.05


class Eventually(Protocol):
    async def __call__(self, condition: Callable[[], bool], *, within: float) -> None: ...


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """Wait until a condition holds that tells nobody when it does: that of another process."""

    async def wait(condition: Callable[[], bool], *, within: float) -> None:
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 - the processes looked at are not this one's children
                await asyncio.sleep(INTERVAL)

    return wait


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=scratch(), prefix="homeroom-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="package")
async def running() -> AsyncIterator[tuple[EmbeddedServers, Path]]:
    """All four servers, and their directory."""
    with tempfile.TemporaryDirectory(dir=scratch(), prefix="homeroom-test-") as folder:
        servers = EmbeddedServers(Path(folder), STORES)
        await servers.start()
        pids = [state.pid for state in servers.states().values() if state.pid is not None]
        try:
            yield servers, Path(folder)
        finally:
            await servers.stop()
        assert [pid for pid in pids if started(pid) is not None] == []
        assert os.listdir(folder)  # noqa: PTH208 - the data stays

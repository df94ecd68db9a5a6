"""The server that holds the application, and its end."""

import asyncio
import gc
import socket
from collections.abc import Iterator
from typing import cast

import pytest
from starlette.applications import Starlette

from graph.app import Application
from graph.limits import Limits
from graph.web import YOUNG_OBJECTS, Web


class Clinging:
    """An application one of whose streams does not let go."""

    def __init__(self) -> None:
        self.asgi = Starlette()
        self.limits = Limits()

    async def drain(self) -> None:
        raise TimeoutError


@pytest.fixture(autouse=True)
def heap() -> Iterator[None]:
    """Gives the collector back what a server that starts keeps it from."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


async def test_no_collection_looks_at_what_the_start_made() -> None:
    web = Web(cast("Application", Clinging()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = await web.listen(listener)
        try:
            assert gc.get_freeze_count() > 10_000
            assert gc.get_threshold()[0] == YOUNG_OBJECTS
        finally:
            web.should_exit = True
            await serving


async def test_a_stream_that_does_not_let_go_does_not_keep_the_server() -> None:
    web = Web(cast("Application", Clinging()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = await web.listen(listener)
        try:
            async with asyncio.timeout(10):
                await web.stop(serving)
            assert serving.done()
        finally:
            web.should_exit = True
            await serving

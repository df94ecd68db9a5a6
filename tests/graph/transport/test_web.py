"""The server that holds the application, and its end."""

import asyncio
import socket
from typing import cast

from starlette.applications import Starlette

from graph.app import Application
from graph.limits import Limits
from graph.web import Web


class Clinging:
    """An application one of whose streams does not let go."""

    def __init__(self) -> None:
        self.asgi = Starlette()
        self.limits = Limits()

    async def drain(self) -> None:
        raise TimeoutError


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

"""Work that ends when the client goes away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Receive

PATIENCE: Final = 0.05
"""Seconds before anyone watches: most answers are out by then, and cost no task of their own."""


class ClientGone(Exception):
    """The client has closed its connection; nobody reads an answer."""


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Cancels its body and raises `ClientGone` when the client closes. The request's body must have been read."""
    worker = asyncio.current_task()
    loop = asyncio.get_running_loop()
    watcher: asyncio.Task[None] | None = None
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        if worker is not None:
            worker.cancel()

    def begin() -> None:
        nonlocal watcher
        watcher = loop.create_task(watch())

    timer = loop.call_later(PATIENCE, begin)
    try:
        yield
    except asyncio.CancelledError:
        if not gone or worker is None or worker.uncancel() > 0:
            raise
        raise ClientGone from None
    finally:
        timer.cancel()
        if watcher is not None:
            watcher.cancel()
            await asyncio.wait({watcher})

"""uvicorn around the application, started and stopped by us."""

import asyncio
import gc
import socket
from contextlib import nullcontext
from typing import Any, Final

import structlog
import uvicorn

from graph.app import Application
from graph.transport.server import drop_deaf_peers, uvicorn_options

DRAIN_SECONDS: Final = 10
YOUNG_OBJECTS: Final = 10_000
"""So many containers are made, and not freed, before the collector looks at the young ones, for some milliseconds."""

_log: Any = structlog.get_logger(__name__)


class Web(uvicorn.Server):
    """Without uvicorn's signal handlers, since ours stop the databases too, and with an event for its start."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            uvicorn.Config(
                application.asgi,
                loop="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
                **uvicorn_options(application.limits),
            )
        )
        self._application = application
        self._ready = asyncio.Event()

    def capture_signals(self) -> Any:
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        settle_heap()
        self._ready.set()

    async def listen(self, listener: socket.socket) -> "asyncio.Task[None]":
        """Serves in a task, which is given once requests are taken."""
        drop_deaf_peers(listener)
        serving = asyncio.create_task(self.serve([listener]), name="http")
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({serving, ready}, return_when="FIRST_COMPLETED")
        ready.cancel()
        return serving

    async def stop(self, serving: "asyncio.Task[None]") -> None:
        """Sends open streams elsewhere, lets requests finish, and ends, even if a stream does not let go."""
        try:
            await self._application.drain()
        except TimeoutError:
            _log.warning("some streams were not ended in time")
        finally:
            self.should_exit = True
        await serving


def settle_heap() -> None:
    """Keeps the garbage collector from what the start made, which lives as long as the process: to look at all of it
    takes a tenth of a second, in which nobody is served.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])

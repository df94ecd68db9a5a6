"""One of several workers: serves on the socket that it was given, until it is told to stop."""

import asyncio
import json
import signal
import socket
import sys
from typing import Any

import structlog
import uvloop

from datasources.errors import DatasourceError
from graph.app import Application
from graph.settings import Settings
from graph.telemetry import configure_logs
from graph.web import Web
from graph.workers import READY
from resolvers.demo import Planted

_log: Any = structlog.get_logger(__name__)


async def _serve(instructions: dict[str, Any], settings: Settings) -> int:
    """Until SIGTERM; a second one no longer waits for order. Gives the exit code."""
    stopping = asyncio.Event()
    serving = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping.is_set() and serving is not None:
            serving.cancel()
        stopping.set()

    loop.add_signal_handler(signal.SIGTERM, stop)
    try:
        async with Application(settings, worker=instructions["worker"]) as application:
            if instructions["demo"] is not None:
                application.welcome(Planted(**instructions["demo"]))
            await _answer(Web(application), socket.socket(fileno=instructions["listener"]), stopping)
    except asyncio.CancelledError:
        return 1
    except DatasourceError as refused:
        _log.error("cannot start", error=str(refused))
        return 1
    return 0


async def _answer(server: Web, listener: socket.socket, stopping: asyncio.Event) -> None:
    serving = await server.listen(listener)
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, told}, return_when="FIRST_COMPLETED")
    told.cancel()
    await server.stop(serving)


def main() -> None:
    instructions = json.load(sys.stdin)
    settings = Settings(**instructions["settings"])
    configure_logs(production=settings.production, worker=instructions["worker"])
    sys.exit(uvloop.run(_serve(instructions, settings)))


if __name__ == "__main__":
    main()

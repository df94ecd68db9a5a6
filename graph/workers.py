"""`homeroom serve --workers N`: processes that share one listening socket, and the one that keeps them running.

Each is `python -m graph.worker`: it is told all that it must know by its standard input, and says on its standard
output when it takes requests.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog
from pydantic import SecretStr

from datasources.embedded import launcher
from datasources.events.tasks import end
from graph.settings import Settings

if TYPE_CHECKING:
    from resolvers.demo import Planted

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0
START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 30.0
READY: Final = b"ready\n"

_log: Any = structlog.get_logger(__name__)


class WorkersFailed(Exception):
    """A worker ended before it ever took a request, so the next one would too."""


class Workers:
    """Starts them, starts those again that end, and stops them all. Use it on the main thread."""

    def __init__(self, count: int, settings: Settings, listener: socket.socket, demo: "Planted | None") -> None:
        self._listener = listener
        self._workers = [_Worker(number, settings, listener.fileno(), demo) for number in range(1, count + 1)]

    async def start(self) -> None:
        """Returns when all take requests; raises `WorkersFailed`."""
        for worker in self._workers:
            worker.begin()
        waiting = {worker.first for worker in self._workers}
        async with asyncio.timeout(START_SECONDS):
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when="FIRST_COMPLETED")
                for failure in [each.result() for each in done]:
                    if failure is not None:
                        raise WorkersFailed(failure)

    async def stop(self) -> None:
        """Lets all finish what is under way; those that do not in time, or all when this is cancelled, are killed."""
        # While this process has it open, whoever connects would wait for an answer that nobody gives.
        self._listener.close()
        try:
            await asyncio.gather(*(worker.stop() for worker in self._workers))
        finally:
            for worker in self._workers:
                worker.kill()


class _Worker:
    def __init__(self, number: int, settings: Settings, descriptor: int, demo: "Planted | None") -> None:
        self._number = number
        self._descriptor = descriptor
        self._instructions = json.dumps(
            {
                "worker": number,
                "listener": descriptor,
                "settings": {name: _plain(getattr(settings, name)) for name in Settings.model_fields},
                "demo": None if demo is None else asdict(demo),
            }
        ).encode()
        self._process: Process | None = None
        self.first: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        """Done once it takes requests for the first time, or with the reason why it never did."""
        self._supervision: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._supervision = asyncio.create_task(self._keep_running(), name=f"worker-{self._number}")

    async def stop(self) -> None:
        if self._supervision is not None:
            await end([self._supervision])
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        # A process that was paused would not hear of it.
        process.send_signal(signal.SIGCONT)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            _log.warning("a worker did not end in time", worker=self._number)

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _keep_running(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            status = await self._run()
            if not self.first.done():
                self.first.set_result(f"Worker {self._number} ended while it started (status {status}).")
                return
            if time.monotonic() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            _log.warning("a worker ended, and is started again", worker=self._number, status=status, seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _run(self) -> int:
        """Its exit status, once it has ended."""
        process = self._process = await _spawned(self._descriptor)
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a worker was started without its pipes")
        try:
            process.stdin.write(self._instructions)
            process.stdin.close()
            await process.stdin.wait_closed()
        except OSError:
            return await process.wait()
        if await process.stdout.readline() == READY and not self.first.done():
            self.first.set_result(None)
        return await process.wait()


async def _spawned(descriptor: int) -> Process:
    """A worker that ends when this process does, in a session of its own: Ctrl-C reaches this process alone."""
    root = str(Path(__file__).parents[1])
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), str(int(signal.SIGKILL)), "-"),
        *(sys.executable, "-P", "-m", "graph.worker"),
        stdin=PIPE,
        stdout=PIPE,
        pass_fds=(descriptor,),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))},
        start_new_session=True,
    )


def _plain(value: Any) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Enum():
            return value.value
        case Path():
            return str(value)
        case _:
            return value

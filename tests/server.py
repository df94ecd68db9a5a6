"""A server process of the tests' own, as `homeroom serve` starts it."""

import asyncio
import os
import re
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.scratch import scratch

START_SECONDS: Final = 90
STOP_SECONDS: Final = 30
_ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")
_OWN: Final = re.compile(r"^(HOMEROOM_|DATABASE_|MONGO|REDIS_|CASSANDRA_|ASTRA_|SESSION_SECRET|PORT$|HOST$)")


@dataclass(slots=True)
class Server:
    """A running process, its address and what it has printed so far."""

    process: Process
    data_dir: Path
    url: str = ""
    lines: list[str] = field(default_factory=list)
    reading: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Returns when the closing line has come; raises with all that was printed where the process ends first."""
        async with asyncio.timeout(START_SECONDS):
            async for line in self._printed():
                found = _ADDRESS.search(line)
                if found:
                    self.url = found[0]
                if "Ctrl-C" in line:
                    self.reading = asyncio.create_task(self._read_on())
                    return
        raise RuntimeError("the server did not start:\n" + "\n".join(self.lines))

    async def ended(self) -> int:
        """The exit code, once it has ended and all that it printed has been read."""
        code = await self.process.wait()
        if self.reading is None:
            await self._read_on()
        else:
            await self.reading
        return code

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(how)
        async with asyncio.timeout(STOP_SECONDS):
            return await self.ended()

    async def _printed(self) -> AsyncIterator[str]:
        if self.process.stdout is None:
            raise RuntimeError("the process was started without a pipe")
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())
            yield self.lines[-1]

    async def _read_on(self) -> None:
        async for _ in self._printed():
            pass


async def start(environment: Mapping[str, str], *arguments: str, data_dir: Path) -> Server:
    """Starts `homeroom serve` with these settings and no others; does not wait for it."""
    inherited = {name: value for name, value in os.environ.items() if not _OWN.match(name)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "graph.cli",
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(data_dir),
        *arguments,
        env=inherited | dict(environment) | {"COLUMNS": "200"},
        stdout=PIPE,
        stderr=STDOUT,
    )
    return Server(process, data_dir)


@asynccontextmanager
async def running_server(
    environment: Mapping[str, str], *arguments: str, data_dir: Path | None = None
) -> AsyncIterator[Server]:
    """A server that answers, in a data directory of its own or in this one; stopped in order afterwards."""
    with tempfile.TemporaryDirectory(dir=scratch(), prefix="homeroom-server-") as folder:
        server = await start(environment, *arguments, data_dir=data_dir or Path(folder))
        try:
            await server.ready()
            yield server
        finally:
            await server.stop()

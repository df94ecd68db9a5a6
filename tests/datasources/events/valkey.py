"""A Valkey of a test's own, to be killed, paused and started again."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from datasources.embedded import packages
from datasources.embedded.ports import choose

START_SECONDS: Final = 10.0


@asynccontextmanager
async def own_valkey(folder: Path) -> "AsyncIterator[OwnValkey]":
    """A server that runs at first, and is gone at the end."""
    server = OwnValkey(folder)
    await server.start()
    try:
        yield server
    finally:
        server.kill()


class OwnValkey:
    """One server at one address; nothing that it holds outlives it, as nothing of Homeroom's may depend on that."""

    def __init__(self, folder: Path) -> None:
        port = choose(None, ())
        self.url = f"redis://:drill@127.0.0.1:{port}/0"
        self._command = [
            str(packages.valkey()),
            *("--port", str(port), "--bind", "127.0.0.1", "--requirepass", "drill"),
            *("--dir", str(folder), "--save", "", "--appendonly", "no"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = await asyncio.to_thread(subprocess.Popen, self._command, stdout=subprocess.DEVNULL)
        async with asyncio.timeout(START_SECONDS), Redis.from_url(self.url) as client:
            while True:
                try:
                    await client.ping()
                except RedisError:
                    await asyncio.sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

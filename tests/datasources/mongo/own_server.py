"""A MongoDB-compatible server of a test's own, to be killed, frozen and started again."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from datasources.embedded import packages
from datasources.embedded.ports import choose
from datasources.errors import Unavailable
from datasources.mongo.client import Mongo

START_SECONDS: Final = 60.0


@asynccontextmanager
async def own_mongodb(folder: Path) -> "AsyncIterator[OwnMongodb]":
    """A server that runs at first, and is gone at the end."""
    server = OwnMongodb(folder)
    try:
        await server.start()
        yield server
    finally:
        server.kill()


class OwnMongodb:
    def __init__(self, folder: Path) -> None:
        port = choose(None, ())
        self.url = f"mongodb://127.0.0.1:{port}/drill?retryWrites=false"
        configuration = folder / "secantusd.toml"
        configuration.write_text("", encoding="utf-8")
        self._command = [
            str(packages.mongodb()),
            *("--config", str(configuration), "--host", "127.0.0.1", "--port", str(port)),
            *("--storage-path", str(folder / "data"), "--sync-on-commit", "--cache-size", "64M"),
            *("--log-level", "ERROR"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = await asyncio.to_thread(subprocess.Popen, self._command, stdout=subprocess.DEVNULL)
        mongo = Mongo(self.url)
        await mongo.open()
        try:
            await until_it_answers(mongo)
        finally:
            await mongo.close()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


async def until_it_answers(mongo: Mongo) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                await mongo.ping()
            except Unavailable:
                await asyncio.sleep(0.05)
            else:
                return

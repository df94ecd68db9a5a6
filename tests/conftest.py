"""The real servers, started once for all tests, in a directory of their own.

Set `HOMEROOM_TEST_ENDPOINTS` to a file with the addresses of servers that run already to spare the start; every run
makes databases and keyspaces of its own in them.
"""

import asyncio
import inspect
import json
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import wraps
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

import asyncpg
import pytest

from datasources.embedded import STORES, EmbeddedServers, Endpoints
from tests.client import Client
from tests.datasources.postgres.places import Line, line_to, migrated_database
from tests.datasources.redis.valkey import DurableValkey, durable_valkey
from tests.scratch import scratch
from tests.server import Server, running_server

TEST_SECONDS = 240
"""No test but a drill takes this long; one that waits for ever says where, and the others still run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "faults" in item.path.parts or not isinstance(item, pytest.Function):
            continue
        if inspect.iscoroutinefunction(item.obj):
            item.obj = _within_time(item.obj)


def _within_time(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @wraps(test)
    async def within_time(*args: object, **fixtures: object) -> None:
        async with asyncio.timeout(TEST_SECONDS):
            await test(*args, **fixtures)

    return within_time


@pytest.fixture(scope="session")
async def endpoints() -> AsyncIterator[Endpoints]:
    """Where the four embedded servers of this run answer."""
    running = os.environ.get("HOMEROOM_TEST_ENDPOINTS")
    if running:
        yield Endpoints(**json.loads(Path(running).read_text(encoding="utf-8")))
        return
    with tempfile.TemporaryDirectory(dir=scratch(), prefix="homeroom-test-") as folder:
        servers = EmbeddedServers(Path(folder), STORES)
        try:
            yield await servers.start()
        finally:
            await servers.stop()


@pytest.fixture(scope="session")
def run_id() -> str:
    """A name that no other run has: part of the names of this run's databases and keyspaces."""
    return secrets.token_hex(4)


@pytest.fixture(scope="session")
async def environment(endpoints: Endpoints, run_id: str) -> dict[str, str]:
    """Settings of a server process on databases that belong to this run alone."""
    places = await in_databases_of(endpoints, f"homeroom_live_{run_id}")
    return {
        "DATABASE_URL": places.database_url or "",
        "MONGODB_URL": places.mongodb_url or "",
        "REDIS_URL": places.redis_url or "",
        "CASSANDRA_CONTACT_POINTS": places.cassandra_contact_points or "",
        "CASSANDRA_KEYSPACE": f"homeroom_live_{run_id}",
        "SESSION_SECRET": secrets.token_hex(32),
        "HOMEROOM_RATE_LIMITS": "off",
    }


@pytest.fixture(scope="session")
async def server(environment: dict[str, str]) -> AsyncIterator[Server]:
    """A server process as `homeroom serve` starts it. Whatever is asked of it, nothing goes wrong on its side."""
    async with running_server(environment) as started:
        yield started
    broken = next((place for place, line in enumerate(started.lines) if "internal error" in line), None)
    assert broken is None, "\n".join(started.lines[broken : broken + 80])


@pytest.fixture(scope="session")
async def other_server(environment: dict[str, str], server: Server) -> AsyncIterator[Server]:
    """A second process on the same stores; it starts after the first, whose start has made the tables."""
    del server
    async with running_server(environment) as started:
        yield started


@pytest.fixture(scope="module")
async def database_url(request: pytest.FixtureRequest, endpoints: Endpoints, run_id: str) -> AsyncIterator[str]:
    """A migrated PostgreSQL database of this module's own."""
    name = f"homeroom_test_{run_id}_{crc32(request.node.nodeid.encode())}"
    async with migrated_database(endpoints.database_url or "", name) as url:
        yield url


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    """The way to that database, to be cut."""
    async with line_to(database_url) as line:
        yield line


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[DurableValkey]:
    """A Redis of the test's own, that keeps its data."""
    async with durable_valkey(tmp_path) as server:
        yield server


Newcomers = Callable[[int], Awaitable[list[Client]]]


@pytest.fixture
async def newcomers(server: Server) -> AsyncIterator[Newcomers]:
    """Makes so many new people, signed in on the first process."""
    async with AsyncExitStack() as stack:

        async def arrive(count: int) -> list[Client]:
            people = [await stack.enter_async_context(Client(server.url)) for _ in range(count)]
            await asyncio.gather(*(person.sign_up() for person in people))
            return people

        yield arrive


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    """Somebody new, signed in on the first process."""
    async with Client(server.url) as somebody:
        await somebody.sign_up()
        yield somebody


async def in_databases_of(endpoints: Endpoints, name: str) -> Endpoints:
    """The same servers with a database of this name in PostgreSQL, made here, and in MongoDB."""
    connection = await asyncpg.connect(endpoints.database_url)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return replace(
        endpoints,
        database_url=_with_path(endpoints.database_url, name),
        mongodb_url=_with_path(endpoints.mongodb_url, name),
    )


def _with_path(url: str | None, name: str) -> str:
    return urlsplit(url or "")._replace(path=f"/{name}").geturl()

"""Clients of the shared Redis and of one of a test's own, and sessions in that and in a database."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from datasources.embedded import Endpoints
from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.users import PostgresUsers
from datasources.records.ids import UserId, new_user_id
from datasources.records.users import User
from datasources.redis.client import RedisClient
from tests.datasources.postgres.places import Line, opened
from tests.datasources.redis.layered import Clock, a_process
from tests.datasources.redis.places import connected
from tests.datasources.redis.valkey import DurableValkey


@pytest.fixture
async def client(endpoints: Endpoints) -> AsyncIterator[RedisClient]:
    async with connected(endpoints.redis_url or "") as client:
        yield client


@pytest.fixture
async def own_client(valkey: DurableValkey) -> AsyncIterator[RedisClient]:
    async with connected(valkey.url) as client:
        yield client


@pytest.fixture
async def database(line: Line) -> AsyncIterator[PostgresDatabase]:
    async with opened(line.url) as database:
        yield database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sessions(database: PostgresDatabase, own_client: RedisClient, clock: Clock) -> LayeredSessions:
    return await a_process(database, own_client, clock)


@pytest.fixture
async def user_id(database: PostgresDatabase) -> UserId:
    now = datetime.now(UTC)
    user = User(
        new_user_id(), f"{secrets.token_hex(6)}@homeroom.test", "Ada", "student", None, now, now, None, is_active=True
    )
    await PostgresUsers(database).create(user, "a hash")
    return user.id

"""Signing in on a database and a Redis of these tests' own."""

from collections.abc import AsyncIterator

import pytest

from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.sessions import PostgresSessions
from datasources.redis.client import RedisClient
from datasources.redis.sessions import RedisSessions
from resolvers.identity import Identity
from resolvers.passwords import Passwords
from tests.datasources.postgres.places import opened
from tests.datasources.redis.places import connected
from tests.datasources.redis.valkey import DurableValkey
from tests.resolvers.identity.signing import WEAK, identity_of


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
async def redis(valkey: DurableValkey) -> AsyncIterator[RedisClient]:
    async with connected(valkey.url) as client:
        yield client


@pytest.fixture
async def sessions(database: PostgresDatabase, redis: RedisClient) -> LayeredSessions:
    layer = LayeredSessions(PostgresSessions(database), RedisSessions(redis))
    await layer.sweep()
    return layer


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    passwords = Passwords(WEAK)
    yield passwords
    passwords.close()


@pytest.fixture
def identity(
    database: PostgresDatabase, redis: RedisClient, sessions: LayeredSessions, passwords: Passwords
) -> Identity:
    return identity_of(database, redis, sessions, passwords)


@pytest.fixture
def limited(
    database: PostgresDatabase, redis: RedisClient, sessions: LayeredSessions, passwords: Passwords
) -> Identity:
    return identity_of(database, redis, sessions, passwords, limited=True)

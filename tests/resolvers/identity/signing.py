"""People who sign up and in."""

import secrets

import pytest
from argon2 import PasswordHasher

from datasources.layers.sessions import LayeredSessions
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.users import PostgresUsers
from datasources.redis.client import RedisClient
from datasources.redis.rate_limits import RedisRateLimits
from resolvers.errors import Problem, Refused
from resolvers.identity import Identity, SignedIn
from resolvers.passwords import Passwords
from resolvers.rate_limits import Rate, RateLimits, Rates

PASSWORD = "correct horse battery"

PER_EMAIL = 10

PER_ADDRESS = 100

WEAK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def identity_of(
    database: PostgresDatabase,
    redis: RedisClient,
    sessions: LayeredSessions,
    passwords: Passwords,
    *,
    limited: bool = False,
    secret: bytes = b"a secret of these tests",
) -> Identity:
    rates = Rates(sign_ins=Rate(PER_EMAIL, PER_ADDRESS))
    limits = RateLimits(RedisRateLimits(redis), rates, limited=limited)
    return Identity(PostgresUsers(database), sessions, limits, secret=secret, passwords=passwords)


def an_email() -> str:
    return f"{secrets.token_hex(6)}@homeroom.test"


async def sign_up(identity: Identity, email: str, password: str = PASSWORD, name: str = "Ada") -> SignedIn:
    return await identity.sign_up(email, password, name, "a browser", "192.0.2.1")


async def sign_in(
    identity: Identity, email: str, password: str = PASSWORD, address: str | None = "192.0.2.1"
) -> SignedIn:
    return await identity.sign_in(email, password, "a browser", address)


async def problems_of(work: object) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        await work  # type: ignore[misc] # always a coroutine
    return refused.value.problems

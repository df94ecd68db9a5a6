"""People as PostgreSQL keeps them."""

import asyncio
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from datasources.errors import Conflict
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.users import PostgresUsers
from datasources.records.ids import new_user_id
from datasources.records.users import Credentials, User


@pytest.fixture
def users(database: PostgresDatabase) -> PostgresUsers:
    return PostgresUsers(database)


def somebody() -> User:
    now = datetime.now(UTC)
    email = f"{secrets.token_hex(6)}@homeroom.test"
    return User(new_user_id(), email, "Ada", "student", "https://homeroom.test/a.png", now, now, None, is_active=True)


async def test_who_is_created_is_found_as_they_were(users: PostgresUsers) -> None:
    user = somebody()
    await users.create(user, "a hash")
    assert await users.by_ids([user.id]) == [user]
    assert await users.credentials(user.email) == Credentials(user.id, "a hash", is_active=True)


async def test_people_come_in_the_order_of_their_ids_in_one_statement(users: PostgresUsers) -> None:
    one, other, nobody = somebody(), somebody(), new_user_id()
    await users.create(one, "a hash")
    await users.create(other, "a hash")
    trips = RoundTrips()
    token = round_trips.set(trips)
    found = await users.by_ids([other.id, nobody, one.id, other.id])
    round_trips.reset(token)
    assert found == [other, None, one, other]
    assert trips.report() == {"postgresql": {"waves": 1, "statements": 1}}


async def test_an_address_is_taken_whatever_its_case(users: PostgresUsers) -> None:
    user = somebody()
    await users.create(user, "a hash")
    with pytest.raises(Conflict) as taken:
        await users.create(replace(somebody(), email=user.email.upper()), "a hash")
    assert taken.value.field == "email"
    found = await users.credentials(user.email.upper())
    assert found is not None
    assert found.user_id == user.id


async def test_of_two_who_want_one_address_at_once_one_has_it(users: PostgresUsers) -> None:
    user = somebody()
    rivals = [replace(user, id=new_user_id()) for _ in range(5)]
    outcomes = await asyncio.gather(*(users.create(rival, "a hash") for rival in rivals), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 4 + ["NoneType"]


async def test_a_sign_in_is_noted(users: PostgresUsers) -> None:
    user = somebody()
    await users.create(user, "a hash")
    at = datetime.now(UTC) + timedelta(minutes=1)
    await users.record_login(user.id, at)
    assert await users.by_ids([user.id]) == [replace(user, last_login=at)]


async def test_a_hash_is_replaced(users: PostgresUsers) -> None:
    user = somebody()
    await users.create(user, "a hash")
    await users.set_password_hash(user.id, "another")
    assert await users.credentials(user.email) == Credentials(user.id, "another", is_active=True)


async def test_nobody_has_no_credentials(users: PostgresUsers) -> None:
    assert await users.credentials("nobody@homeroom.test") is None

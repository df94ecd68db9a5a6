"""The connection to PostgreSQL through outages, and what it counts."""

import asyncio
from time import monotonic
from urllib.parse import urlsplit

import asyncpg
import pytest

from datasources.errors import SettingRefused, Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.outages import is_outage
from tests.datasources.postgres.places import Line, opened


async def until_it_answers(database: PostgresDatabase) -> None:
    async with asyncio.timeout(5):
        while True:
            try:
                return await database.ping()
            except Unavailable:
                await asyncio.sleep(0.05)


async def test_a_server_that_is_away_at_the_start_is_used_when_it_is_there(line: Line) -> None:
    await line.cut()
    async with opened(line.url) as database:
        with pytest.raises(Unavailable) as away:
            await database.ping()
        assert away.value.store == "postgresql"
        await line.mend()
        await until_it_answers(database)


async def test_a_server_that_goes_and_comes_back_is_used_again(line: Line) -> None:
    async with opened(line.url) as database:
        await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.05)") for _ in range(5)))
        await line.cut()
        for _ in range(5):
            with pytest.raises(Unavailable):
                await database.fetch("SELECT 1")
        await line.mend()
        await until_it_answers(database)


async def test_a_statement_under_way_when_the_line_breaks_ends_as_an_outage(line: Line) -> None:
    async with opened(line.url) as database:
        under_way = asyncio.create_task(database.fetch("SELECT pg_sleep(20)"))
        await asyncio.sleep(0.1)
        await line.cut()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(under_way, 3)


async def test_a_server_that_answers_nothing_costs_a_bounded_time_and_then_none(line: Line) -> None:
    async with opened(line.url, statement_seconds=0.3) as database:
        line.stall()
        started = monotonic()
        for _ in range(3):
            with pytest.raises(Unavailable):
                await database.fetch("SELECT 1")
        assert monotonic() - started < 10
        with pytest.raises(Unavailable, match="failed repeatedly"):
            await database.fetch("SELECT 1")
        line.go_on()
        await until_it_answers(database)


async def test_a_connection_that_the_server_ends_is_replaced(database: PostgresDatabase, database_url: str) -> None:
    await database.ping()
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'homeroom'")
    await other.close()
    await until_it_answers(database)


async def test_more_callers_than_connections_are_all_served(database_url: str) -> None:
    async with opened(database_url, max_connections=2) as database:
        rows = await asyncio.gather(*(database.fetch("SELECT $1::int", number) for number in range(50)))
    assert [row[0][0] for row in rows] == list(range(50))


async def test_a_wrong_statement_is_not_taken_for_an_outage(database: PostgresDatabase) -> None:
    for _ in range(4):
        with pytest.raises(asyncpg.UndefinedColumnError):
            await database.fetch("SELECT nothing_of_that_name")
        with pytest.raises(asyncpg.InterfaceError):
            await database.fetch("SELECT $1::int")
    await database.ping()


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (asyncpg.DataError("invalid input for query argument $1"), False),
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), True),
        (asyncpg.CannotConnectNowError("the database system is starting up"), True),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"), True),
        (asyncpg.UniqueViolationError("duplicate key"), False),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
    ],
)
def test_what_is_an_outage(error: Exception, outage: bool) -> None:
    assert is_outage(error) is outage


@pytest.mark.parametrize("part", ["password", "database"])
async def test_an_address_that_the_server_refuses_stops_the_start_and_names_the_setting(
    database_url: str, part: str
) -> None:
    parts = urlsplit(database_url)
    if part == "password":
        parts = parts._replace(netloc=f"{parts.username}:wrong@{parts.hostname}:{parts.port}")
    else:
        parts = parts._replace(path="/nowhere")
    with pytest.raises(SettingRefused) as refused:
        await PostgresDatabase(parts.geturl()).open()
    assert refused.value.setting == "DATABASE_URL"


async def test_before_it_is_opened_and_after_it_is_closed_it_is_unavailable(database_url: str) -> None:
    database = PostgresDatabase(database_url)
    with pytest.raises(Unavailable):
        await database.ping()
    await database.open()
    await database.ping()
    await database.close()
    with pytest.raises(Unavailable):
        await database.ping()


async def test_each_statement_is_counted_once(database: PostgresDatabase) -> None:
    trips = RoundTrips()
    token = round_trips.set(trips)
    try:
        await database.fetch("SELECT 1")
        await asyncio.gather(database.fetch("SELECT 1"), database.fetch("SELECT 2"))
    finally:
        round_trips.reset(token)
    assert trips.report() == {"postgresql": {"waves": 2, "statements": 3}}

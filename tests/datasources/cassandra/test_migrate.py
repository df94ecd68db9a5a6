"""Migrations: each file once, by whoever comes."""

import asyncio
from dataclasses import replace

import pytest

from datasources.cassandra.driver import new_driver
from datasources.cassandra.migrate import migrate
from datasources.cassandra.settings import CassandraSettings
from datasources.errors import Unavailable
from tests.contracts.messages.keyspaces import drop_keyspace
from tests.datasources.cassandra.relays import Relay


async def test_two_at_once_and_again(settings: CassandraSettings) -> None:
    own = replace(settings, keyspace=f"{settings.keyspace}_migrate")
    try:
        both = await asyncio.gather(migrate(own), migrate(own))
        assert sorted(both) == [[], ["0001_messages.cql", "0002_rooms.cql"]]
        assert await migrate(own) == []
    finally:
        await asyncio.to_thread(drop_keyspace, own)


async def test_one_that_was_cut_short_is_finished(settings: CassandraSettings) -> None:
    own = replace(settings, keyspace=f"{settings.keyspace}_cut")
    try:
        await migrate(own)
        await asyncio.to_thread(
            _execute, own, "DROP TABLE channel_events", "DELETE FROM schema_migrations WHERE name = '0001_messages.cql'"
        )
        assert await migrate(own) == ["0001_messages.cql"]
        await asyncio.to_thread(_execute, own, "SELECT event_id FROM channel_events LIMIT 1")
    finally:
        await asyncio.to_thread(drop_keyspace, own)


async def test_where_nobody_answers(settings: CassandraSettings, relay: Relay) -> None:
    with pytest.raises(Unavailable):
        await migrate(replace(settings, contact_points=f"127.0.0.1:{relay.port}"))


def _execute(settings: CassandraSettings, *statements: str) -> None:
    driver = new_driver(settings, with_metadata=False)
    try:
        session = driver.connect(settings.keyspace)
        for statement in statements:
            session.execute(statement, timeout=30)
    finally:
        driver.shutdown()

"""Migrations: each file once, by whoever comes."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from datasources.cassandra import migrate as migrations
from datasources.cassandra.buckets import bucket_of, channel_key
from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.driver import new_driver
from datasources.cassandra.migrate import migrate
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.settings import CassandraSettings
from datasources.errors import Unavailable
from datasources.snowflakes import unix_ms
from tests.contracts.rooms.keyspaces import drop_keyspace
from tests.contracts.rooms.scenes import Scene, logged
from tests.datasources.cassandra.relays import Relay

FIRST = Path(migrations.__file__).with_name("migrations") / "0001_messages.cql"
FORGET = "DELETE FROM schema_migrations WHERE name = %s"
OLD_BUCKET = "INSERT INTO channel_buckets (channel_id, bucket) VALUES (%s, %s)"
OLD_MESSAGE = (
    "INSERT INTO messages (channel_id, bucket, message_id, author_id, body, revision, deleted_at)"
    " VALUES (%s, %s, %s, %s, {content: %s}, %s, %s) USING TIMESTAMP %s"
)
OLD_EVENT = (
    "INSERT INTO channel_events (channel_id, bucket, event_id, kind, message_id, author_id, body, revision)"
    " VALUES (%s, %s, %s, 'message_sent', %s, %s, {content: %s}, %s)"
)


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
        await asyncio.to_thread(_execute, own, ("DROP TABLE reactions", ()), (FORGET, ("0002_rooms.cql",)))
        assert await migrate(own) == ["0002_rooms.cql"]
        await asyncio.to_thread(_execute, own, ("SELECT emoji FROM reactions LIMIT 1", ()))
    finally:
        await asyncio.to_thread(drop_keyspace, own)


async def test_what_channels_had_before_is_read_as_before(
    settings: CassandraSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(settings, keyspace=f"{settings.keyspace}_before")
    cluster = CassandraCluster(own)
    scene = Scene(CassandraRooms(cluster))
    message, deleted, events = scene.message(), scene.message(), [scene.message().snowflake for _ in range(7)]
    partition = channel_key(scene.room_id), bucket_of(message.snowflake)
    author = UUID(hex=scene.author_id[4:])
    rows = [
        (OLD_BUCKET, partition),
        (OLD_MESSAGE, (*partition, message.snowflake, author, "before", message.revision, None, message.revision)),
        (OLD_MESSAGE, (*partition, deleted.snowflake, author, "", deleted.revision, unix_ms(), deleted.revision)),
        *((OLD_EVENT, (*partition, event, message.snowflake, author, "before", message.revision)) for event in events),
    ]
    shutil.copy(FIRST, tmp_path)
    try:
        with monkeypatch.context() as earlier:
            earlier.setattr("datasources.cassandra.migrate._FILES", tmp_path)
            assert await migrate(own) == ["0001_messages.cql"]
        await asyncio.to_thread(_execute, own, *rows)
        assert await migrate(own) == ["0002_rooms.cql"]
        await cluster.open()
        assert await scene.shown() == [replace(message, content="before")]
        stored = await scene.stored(deleted)
        assert stored is not None
        assert stored.deleted_at is not None
        edit = scene.edited(message, "mended")
        await scene.store.write(edit)
        assert await scene.shown() == [edit.message]
        # The events of before fill whole pages of the log; what comes after them is found all the same.
        assert await scene.store.events(scene.room_id, 0, 3) == [logged(edit)]
    finally:
        await cluster.close()
        await asyncio.to_thread(drop_keyspace, own)


async def test_where_nobody_answers(settings: CassandraSettings, relay: Relay) -> None:
    with pytest.raises(Unavailable):
        await migrate(replace(settings, contact_points=f"127.0.0.1:{relay.port}"))


def _execute(settings: CassandraSettings, *statements: tuple[str, tuple[Any, ...]]) -> None:
    driver = new_driver(settings, with_metadata=False)
    try:
        session = driver.connect(settings.keyspace)
        for statement, values in statements:
            session.execute(statement, values, timeout=30)
    finally:
        driver.shutdown()

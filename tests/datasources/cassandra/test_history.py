"""What only Cassandra can get wrong of the history of edits: what a deletion leaves, and how much is read."""

import asyncio
from dataclasses import replace

import pytest

from datasources.cassandra.buckets import bucket_of, channel_key
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.messages import REVISIONS_AT_MOST
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.rows import WRITE_REVISION, revision_values
from datasources.records.messages import Message
from tests.contracts.rooms.scenes import Scene
from tests.datasources.cassandra.traces import trips_of

KEPT = Statement(
    "SELECT revision, body.content FROM $keyspace.message_history"
    " WHERE channel_id = ? AND bucket = ? AND message_id = ?"
)


@pytest.fixture
async def scene(cluster: CassandraCluster) -> Scene:
    rooms = CassandraRooms(cluster)
    cluster.declare(KEPT)
    await cluster.open()
    return Scene(rooms)


async def kept(cluster: CassandraCluster, message: Message) -> list[tuple[int, str]]:
    """(revision, content) of what is in the table, newest first."""
    key = (channel_key(message.room_id), bucket_of(message.snowflake), message.snowflake)
    return await cluster.execute(KEPT, *key)


async def test_nothing_that_was_said_outlasts_the_deletion(scene: Scene, cluster: CassandraCluster) -> None:
    message = await scene.send()
    edit = scene.edited(message, "first edit")
    await scene.store.write(edit)
    assert await kept(cluster, message) == [(edit.change.revision, "first edit"), (message.revision, message.content)]
    deletion = scene.deleted(edit.message)
    late = scene.edited(edit.message, "too late", revisions=60_000_000)
    for event in (deletion, edit, late, deletion):
        await scene.store.write(event)
        assert await kept(cluster, message) == []
    await scene.store.apply([late.message])
    assert await kept(cluster, message) == []
    assert await scene.store.history([message.id]) == [[]]


async def test_the_history_of_another_message_outlasts_it(scene: Scene) -> None:
    messages = [await scene.send() for _ in range(3)]
    for message in messages:
        await scene.store.write(scene.edited(message, "mended"))
    await scene.store.write(scene.deleted(messages[1], revisions=2))
    found = await scene.store.history([message.id for message in messages])
    assert found == [[messages[0]], [], [messages[2]]]


async def test_edits_at_the_same_time_are_all_kept(scene: Scene) -> None:
    message = await scene.send(days_ago=20)
    edits = [scene.edited(message, f"edit {number}", revisions=number) for number in range(1, 6)]
    await asyncio.gather(*(scene.store.write(edit) for edit in edits))
    assert await scene.store.history([message.id]) == [[message, *(edit.message for edit in edits[:-1])]]


async def test_an_edit_of_which_it_is_not_said_what_was_before_is_kept_for_the_next(scene: Scene) -> None:
    message = await scene.send()
    first, second = (scene.edited(message, f"edit {number}", revisions=number) for number in (1, 2))
    for event in (first, second):
        await scene.store.write(replace(event, previous=None))
    assert await scene.store.history([message.id]) == [[first.message]]


async def test_an_imported_edit_keeps_what_stood_before_it(scene: Scene) -> None:
    message = await scene.send()
    first, second = (scene.edited(message, f"edit {number}", revisions=number).message for number in (1, 2))
    for edit in (first, second, first):
        await scene.store.apply([edit])
    assert await scene.store.history([message.id]) == [[message, first]]


async def test_a_message_that_was_never_edited_costs_no_look_into_the_history(scene: Scene) -> None:
    messages = [await scene.send() for _ in range(3)]
    ids = [message.id for message in messages]
    assert await trips_of(scene.store.history(ids)) == {"cassandra": {"waves": 1, "statements": 1}}
    for message in messages:
        await scene.store.write(scene.edited(message, "mended"))
    assert await trips_of(scene.store.history(ids)) == {"cassandra": {"waves": 2, "statements": 4}}


async def test_of_a_long_history_the_newest_is_read(scene: Scene, cluster: CassandraCluster) -> None:
    message = await scene.send()
    edit = scene.edited(message, "mended", revisions=REVISIONS_AT_MOST + 50).message
    await scene.store.apply([edit])
    revisions = [replace(message, revision=message.revision + number) for number in range(1, REVISIONS_AT_MOST + 10)]
    await asyncio.gather(*(cluster.execute(WRITE_REVISION, *revision_values(each)) for each in revisions))
    assert await scene.store.history([message.id]) == [revisions[-REVISIONS_AT_MOST:]]

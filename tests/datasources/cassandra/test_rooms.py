"""What only Cassandra can get wrong of messages, log and claims: partitions, timestamps, expiry, cuts between them."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from datasources.cassandra import buckets
from datasources.cassandra.buckets import BUCKET_MS, bucket_at, bucket_of, channel_key
from datasources.cassandra.claims import CLAIMED
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.rows import WRITE_EVENT, event_values
from datasources.cassandra.writes import mutation_of
from datasources.records.changes import RoomEvent
from datasources.records.encoding import message_rest, rest_fields
from datasources.records.messages import Attachment, Message
from datasources.records.pages import Page, PageArguments
from datasources.snowflakes import EPOCH_MS, first_of, unix_ms
from tests.contracts.rooms.scenes import DAY_MS, Scene, logged
from tests.datasources.cassandra.traces import traced, trips_of

TABLES = ("messages", "message_history", "channel_events")
MESSAGE = Statement(
    "SELECT WRITETIME(author_id), WRITETIME(body), WRITETIME(revision), WRITETIME(edited_at), WRITETIME(deleted_at)"
    " FROM $keyspace.messages WHERE channel_id = ? AND bucket = ? AND message_id = ?"
)
EVENT = Statement(
    "SELECT TTL(payload) FROM $keyspace.channel_events WHERE channel_id = ? AND bucket = ? AND event_id = ?"
)
CLAIM = Statement(
    "SELECT TTL(message_id), TTL(input_digest) FROM $keyspace.message_claims WHERE author_id = ? AND key = ?"
)
BODY = Statement(
    "SELECT body.content, body.rest FROM $keyspace.messages WHERE channel_id = ? AND bucket = ? AND message_id = ?"
)
DIRECTORY = Statement("SELECT bucket FROM $keyspace.channel_buckets WHERE channel_id = ?")


@pytest.fixture
async def scene(cluster: CassandraCluster) -> Scene:
    messages = CassandraRooms(cluster)
    cluster.declare(MESSAGE, EVENT, CLAIM, BODY, DIRECTORY)
    await cluster.open()
    return Scene(messages)


async def test_a_send_is_one_statement_once_its_bucket_is_known(scene: Scene) -> None:
    assert await trips_of(scene.send()) == {"cassandra": {"waves": 2, "statements": 2}}
    assert await trips_of(scene.send()) == {"cassandra": {"waves": 1, "statements": 1}}


async def test_a_message_its_event_and_its_history_are_one_mutation_of_three_tables(
    scene: Scene, cluster: CassandraCluster
) -> None:
    event = scene.edited(await scene.send(), "mended")
    writes = mutation_of(event.change, event.previous).writes
    trace = await traced(cluster, [(WRITE_EVENT, event_values(event)), *writes])
    assert trace.count("Appending to commitlog") == 1
    assert [trace.count(f"Adding to {table} memtable") for table in TABLES] == [1, 1, 1]
    assert await scene.stored(event.message) == event.message


async def test_the_event_of_an_old_message_is_a_statement_of_its_own_before_it(scene: Scene) -> None:
    message = await scene.send(days_ago=30)
    assert await trips_of(scene.store.write(scene.edited(message, "mended"))) == {
        "cassandra": {"waves": 2, "statements": 2}
    }


async def test_a_page_is_one_wave_where_its_bucket_is_full(scene: Scene) -> None:
    for _ in range(4):
        await scene.send()
    assert await trips_of(scene.shown()) == {"cassandra": {"waves": 1, "statements": 2}}


async def test_what_is_brought_together_is_a_statement_for_each_hundred_of_a_partition(scene: Scene) -> None:
    await scene.send()
    messages = [scene.message() for _ in range(150)]
    assert await trips_of(scene.store.apply(messages)) == {"cassandra": {"waves": 1, "statements": 2}}
    old = [scene.message(days_ago=30) for _ in range(50)]
    assert await trips_of(scene.store.apply(old)) == {"cassandra": {"waves": 2, "statements": 2}}
    brought = [*messages, *old]
    assert await scene.store.by_ids([message.id for message in brought]) == brought


async def test_a_cut_between_event_and_message_is_mended_from_the_log(scene: Scene, cluster: CassandraCluster) -> None:
    message = await scene.send(days_ago=30)
    edit = scene.edited(message, "mended")
    await cluster.execute(WRITE_EVENT, *event_values(edit))
    assert await scene.stored(message) == message
    (found,) = await scene.store.events(scene.room_id, 0, 10)
    assert found == logged(edit)
    await scene.store.apply([found.message])
    assert await scene.stored(message) == edit.message
    assert await scene.store.history([message.id]) == [[message]]


async def test_the_revision_is_the_timestamp_of_the_write_and_no_null_is_written(
    scene: Scene, cluster: CassandraCluster
) -> None:
    message = await scene.send()

    async def timestamps() -> tuple[int | None, ...]:
        key = (channel_key(scene.room_id), bucket_of(message.snowflake), message.snowflake)
        (row,) = await cluster.execute(MESSAGE, *key)
        found: tuple[int | None, ...] = row
        return found

    sent = message.revision
    assert await timestamps() == (sent, sent, sent, None, None)
    await scene.store.write(scene.deleted(message, revisions=1))
    await scene.store.write(scene.edited(message, "too late", revisions=2))
    assert await timestamps() == (sent + 2, sent + 2, sent + 2, sent + 2, sent + 1)


async def test_events_and_claims_expire(scene: Scene, cluster: CassandraCluster) -> None:
    event = scene.sent(scene.message())
    await scene.store.write(event)
    key = (channel_key(scene.room_id), bucket_of(event.snowflake), event.snowflake)
    (lives,) = await cluster.execute(EVENT, *key)
    assert all(7 * 86_400 - 600 < life <= 7 * 86_400 for life in lives)
    claim = scene.claim("key")
    await scene.store.claim(claim)
    (lives,) = await cluster.execute(CLAIM, UUID(hex=scene.author_id[4:]), "key")
    assert all(86_400 - 600 < life <= 86_400 for life in lives)


async def test_a_claim_is_looked_for_among_those_that_are_being_made(scene: Scene, cluster: CassandraCluster) -> None:
    claim = scene.claim("key")
    await scene.store.claim(claim)
    trace = await traced(cluster, [(CLAIMED, (UUID(hex=claim.author_id[4:]), claim.key))])
    assert trace.parameters["consistency_level"] == "LOCAL_SERIAL"
    assert trace.count("Promising read ballot") == 1


async def test_an_edit_after_an_alias_was_made_leaves_it_one(scene: Scene) -> None:
    first, second = await scene.send(), await scene.send()
    message = await scene.stored(second)
    assert message is not None
    deletion = scene.deleted(message).message
    await scene.store.apply([replace(deletion, alias_of=first.id)])
    await scene.store.write(scene.edited(message, "too late", revisions=5))
    await scene.store.write(scene.deleted(message, revisions=7))
    stored = await scene.stored(message)
    assert stored is not None
    assert (stored.alias_of, stored.content) == (first.id, "")
    assert await scene.shown() == [first]


async def test_a_deletion_takes_along_what_a_message_refers_to(scene: Scene, cluster: CassandraCluster) -> None:
    message = replace(
        await scene.send(),
        attachments=(Attachment("https://example.org/a", "a", "image/png", 1),),
        reply_to_id=(await scene.send()).id,
        mentioned_ids=(scene.author_id,),
        idempotency_key="key",
    )
    deletion = replace(message, revision=message.revision + 1, deleted_at=message.created_at)
    await scene.store.apply([message, deletion])
    key = (channel_key(scene.room_id), bucket_of(message.snowflake), message.snowflake)
    ((content, rest),) = await cluster.execute(BODY, *key)
    assert (content, rest_fields(rest)) == ("", rest_fields(message_rest(emptied(deletion))))
    assert await scene.stored(message) == emptied(deletion)
    # Even where a late edit brings all of it back into the row.
    await scene.store.apply([replace(message, revision=message.revision + 2, edited_at=message.created_at)])
    stored = await scene.stored(message)
    assert stored is not None
    assert stored == replace(emptied(deletion), revision=stored.revision, edited_at=stored.edited_at)


async def test_a_log_over_the_end_of_a_bucket(cluster: CassandraCluster) -> None:
    boundary = EPOCH_MS + (bucket_at(unix_ms()) - 3) * BUCKET_MS
    scene = Scene(CassandraRooms(cluster, clock=lambda: boundary + 3 * DAY_MS))
    await cluster.open()
    events = [_event_at(scene, boundary + step * DAY_MS // 2) for step in range(-7, 7)]
    await asyncio.gather(*(scene.store.write(event) for event in events))
    assert len({bucket_of(event.snowflake) for event in events}) == 2
    assert await scene.store.events(scene.room_id, 0, 100) == events
    assert await scene.store.events(scene.room_id, events[2].snowflake, 6) == events[3:9]
    assert await scene.store.log_start(scene.room_id) == first_of(boundary - 4 * DAY_MS + 60_000)


async def test_the_known_buckets_are_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "BUCKETS_KNOWN", 3)
    messages = [scene.message(days_ago=10 * number) for number in range(5)]
    for message in messages:
        await scene.store.write(scene.sent(message))
    assert await trips_of(scene.store.apply([messages[4]])) == {"cassandra": {"waves": 1, "statements": 1}}
    assert await trips_of(scene.store.apply([messages[0]])) == {"cassandra": {"waves": 2, "statements": 2}}


async def test_the_directory_names_each_bucket_once(scene: Scene, cluster: CassandraCluster) -> None:
    sent = [await scene.send(days_ago=days) for days in (45, 44.9, 20, 0)]
    rows = await cluster.execute(DIRECTORY, channel_key(scene.room_id))
    assert [bucket for (bucket,) in rows] == sorted({bucket_of(message.snowflake) for message in sent}, reverse=True)


async def test_a_message_from_before_its_channel_was_made_is_found(scene: Scene) -> None:
    imported, sent = await scene.send(days_ago=400), await scene.send()
    (page,) = await scene.store.pages([(scene.room_id, PageArguments(size=1))])
    assert isinstance(page, Page)
    assert [edge.node for edge in page.edges] == [imported]
    assert await scene.shown() == [imported, sent]


def emptied(message: Message) -> Message:
    return replace(message, content="", attachments=(), reply_to_id=None, mentioned_ids=())


def _event_at(scene: Scene, ms: int) -> RoomEvent:
    return scene.sent(scene.message(days_ago=(unix_ms() - ms) / DAY_MS))

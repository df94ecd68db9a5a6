"""What only Cassandra can get wrong of small records: partitions that are shared or not, and timestamps that tie."""

from itertools import permutations

import pytest

from datasources.cassandra.buckets import channel_key
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.rows import WRITE_EVENT, event_values
from datasources.cassandra.writes import mutation_of
from datasources.records.changes import Grading, Pin, Reaction, ReadState
from datasources.records.conversations import Participant
from datasources.records.ids import new_user_id
from datasources.snowflakes import first_of, milliseconds_of, unix_ms
from tests.contracts.rooms.records import record
from tests.contracts.rooms.scenes import Scene
from tests.datasources.cassandra.traces import traced, trips_of

READ_STATE = Statement(
    "SELECT user_id, last_read, WRITETIME(last_read), TTL(last_read) FROM $keyspace.read_states WHERE channel_id = ?"
)
ONE = {"cassandra": {"waves": 1, "statements": 1}}
TWO = {"cassandra": {"waves": 2, "statements": 2}}


@pytest.fixture
async def scene(cluster: CassandraCluster) -> Scene:
    rooms = CassandraRooms(cluster)
    cluster.declare(READ_STATE)
    await cluster.open()
    return Scene(rooms)


@pytest.mark.parametrize("kind", [Reaction, Grading])
async def test_what_is_about_a_message_is_one_mutation_with_its_event_while_that_is_recent(
    scene: Scene, cluster: CassandraCluster, kind: type
) -> None:
    recent, old = await scene.send(), await scene.send(days_ago=30)
    change = record(scene, kind, 1, message=recent, user_id=new_user_id())
    assert await trips_of(scene.store.write(scene.changed(change))) == ONE
    event = scene.changed(record(scene, kind, 2, message=recent, user_id=new_user_id()))
    trace = await traced(cluster, [(WRITE_EVENT, event_values(event)), *mutation_of(event.change).writes])
    assert trace.count("Appending to commitlog") == 1
    about_old = record(scene, kind, 1, message=old, user_id=new_user_id())
    assert await trips_of(scene.store.write(scene.changed(about_old))) == TWO
    assert await trips_of(scene.store.write(scene.changed(about_old, quiet=True))) == ONE


@pytest.mark.parametrize("kind", [Pin, ReadState])
async def test_what_is_of_a_channel_comes_after_its_event(scene: Scene, kind: type) -> None:
    change = record(scene, kind, 1, message=await scene.send(), user_id=new_user_id())
    assert await trips_of(scene.store.write(scene.changed(change))) == TWO
    assert await trips_of(scene.store.write(scene.changed(change, quiet=True))) == ONE


@pytest.mark.parametrize("kind", [Reaction, Grading, Pin, ReadState])
async def test_a_cut_between_event_and_record_is_mended_from_the_log(
    scene: Scene, cluster: CassandraCluster, kind: type
) -> None:
    change = record(scene, kind, 1, message=await scene.send(days_ago=30), user_id=new_user_id())
    await cluster.execute(WRITE_EVENT, *event_values(scene.changed(change)))
    assert await scene.store.stored([change]) == [None]
    (event,) = await scene.log()
    await scene.store.apply([event.change])
    assert await scene.store.stored([change]) == [change]


async def test_a_read_state_is_written_at_the_time_of_its_snowflake_and_never_expires(
    scene: Scene, cluster: CassandraCluster
) -> None:
    last_read = scene.message().snowflake
    await scene.store.write(scene.changed(ReadState(scene.room_id, scene.author_id, last_read)))
    (row,) = await cluster.execute(READ_STATE, channel_key(scene.room_id))
    assert row[1:] == (last_read, milliseconds_of(last_read) * 1000, None)


async def test_read_states_of_one_millisecond_merge_by_maximum(scene: Scene) -> None:
    first = first_of(unix_ms())
    # Where the bytes of the numbers differ in each place, and in the last one alone.
    for values in ((first, first + 1, first + 255), (first + 256, first + 65_535, first + (1 << 22) - 1)):
        for order in permutations(values):
            user_id = new_user_id()
            for last_read in order:
                await scene.store.write(scene.changed(ReadState(scene.room_id, user_id, last_read), quiet=True))
            highest = ReadState(scene.room_id, user_id, max(values))
            assert await scene.store.stored([highest]) == [highest]


async def test_records_of_many_buckets_are_read_by_one_statement_a_partition_in_one_wave(scene: Scene) -> None:
    messages = [await scene.send(days_ago=days) for days in (45, 44.99, 30, 0)]
    reactions = [record(scene, Reaction, 1, message=message, user_id=new_user_id()) for message in messages]
    await scene.store.apply(reactions)
    ids = [message.id for message in messages]
    partitions = len({mutation_of(reaction).bucket for reaction in reactions})
    assert partitions < len(messages)
    assert await trips_of(scene.store.of_messages(Reaction, ids)) == {
        "cassandra": {"waves": 1, "statements": partitions}
    }
    others = [Scene(scene.store) for _ in range(20)]
    rooms = [scene.room_id, *(other.room_id for other in others), scene.room_id]
    assert await trips_of(scene.store.of_rooms(Pin, rooms, 10)) == {"cassandra": {"waves": 1, "statements": 21}}
    changes = [*reactions, *messages, ReadState(scene.room_id, scene.author_id, 1), *reactions]
    assert await trips_of(scene.store.stored(changes)) == {
        "cassandra": {"waves": 1, "statements": partitions + len(reactions) + 1}
    }


async def test_what_no_channel_has_is_refused_and_nothing_is_written(scene: Scene) -> None:
    message = scene.message()
    participant = record(scene, Participant, 1, message=message, user_id=scene.author_id)
    with pytest.raises(TypeError, match="a channel has no Participant"):
        await scene.store.write(scene.changed(participant))
    with pytest.raises(TypeError, match="a channel has no Participant"):
        await scene.store.apply([message, participant])
    assert await scene.log() == []
    assert await scene.stored(message) is None
    with pytest.raises(TypeError, match="a channel has no Participant"):
        await scene.store.of_rooms(Participant, [scene.room_id], 1)
    with pytest.raises(TypeError, match="Pin is found by its channel"):
        await scene.store.of_messages(Pin, [message.id])
    with pytest.raises(TypeError, match="Reaction is found by its message"):
        await scene.store.of_rooms(Reaction, [scene.room_id], 1)

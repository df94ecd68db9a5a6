"""How much of a long history PostgreSQL gives."""

from collections.abc import Sequence
from dataclasses import replace

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.keys import uuid_of
from datasources.postgres.room_tables import GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.encoding import encode_record
from datasources.records.messages import HISTORY_MAXIMUM, Message
from tests.contracts.rooms.scenes import Scene


async def keep(database: PostgresDatabase, revisions: Sequence[Message]) -> None:
    room, snowflake = uuid_of(revisions[0].room_id), revisions[0].snowflake
    statement = """
        INSERT INTO group_message_history (room_id, snowflake, revision, payload)
        SELECT $1, $2, kept.revision, kept.payload FROM unnest($3::bigint[], $4::bytea[]) AS kept (revision, payload)
    """
    numbers, payloads = [each.revision for each in revisions], [encode_record(each) for each in revisions]
    await database.fetch(statement, room, snowflake, numbers, payloads)


async def test_of_a_long_history_the_newest_is_read(database: PostgresDatabase) -> None:
    scene = Scene(PostgresRooms(database, GROUPS), "grp")
    long, short, never = [await scene.send() for _ in range(3)]
    await scene.store.write(scene.edited(long, "mended", revisions=HISTORY_MAXIMUM + 5))
    await scene.store.write(scene.edited(short, "mended"))
    # What has come after the revision that stands counts for nothing.
    numbers = [*range(1, HISTORY_MAXIMUM + 5), HISTORY_MAXIMUM + 6]
    said = [replace(long, revision=long.revision + number) for number in numbers]
    await keep(database, said[::-1])

    assert await scene.store.history([long.id, never.id, short.id]) == [said[4:-1], [], [short]]

"""How much of a long history MongoDB gives."""

from dataclasses import replace

from datasources.mongo.client import Mongo
from datasources.mongo.message_fields import kept_revision
from datasources.mongo.newest import insert_missing
from datasources.mongo.room_collections import DIRECT
from datasources.mongo.rooms import MongoRooms
from datasources.records.messages import HISTORY_MAXIMUM
from tests.contracts.rooms.scenes import Scene


async def test_of_a_long_history_the_newest_is_read(mongo: Mongo) -> None:
    scene = Scene(MongoRooms(mongo, DIRECT), "dir")
    long, short, never = [await scene.send() for _ in range(3)]
    await scene.store.write(scene.edited(long, "mended", revisions=HISTORY_MAXIMUM + 5))
    await scene.store.write(scene.edited(short, "mended"))
    # What has come after the revision that stands counts for nothing.
    numbers = [*range(1, HISTORY_MAXIMUM + 5), HISTORY_MAXIMUM + 6]
    said = [replace(long, revision=long.revision + number) for number in numbers]
    await insert_missing(mongo, DIRECT.history, [kept_revision(each) for each in reversed(said)])

    assert await scene.store.history([long.id, never.id, short.id]) == [said[4:-1], [], [short]]

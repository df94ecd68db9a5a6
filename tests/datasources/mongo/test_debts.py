"""How MongoDB keeps what another store is owed: marks, expiry, the order of settling, leases, indexes."""

import asyncio
from datetime import timedelta

import pytest

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.room_collections import DIRECT, OWED_CHANNELS, RoomCollections
from datasources.mongo.room_debts import RoomDebts
from datasources.mongo.room_log import OWED, RoomLog
from datasources.mongo.rooms import MongoRooms
from datasources.records.changes import Reaction, RoomEvent
from datasources.records.retention import LOG_KEPT
from datasources.snowflakes import unix_ms
from tests.contracts.rooms.records import revisions
from tests.datasources.mongo.test_documents import room_in

OWING = pytest.mark.parametrize("collections", [OWED_CHANNELS, DIRECT], ids=["staging", "mirrored"])


async def event_document(mongo: Mongo, collections: RoomCollections, event: RoomEvent) -> Fields | None:
    return await mongo.collection(collections.events).find_one({"_id": event.cursor})


@OWING
async def test_what_is_owed_never_expires(mongo: Mongo, collections: RoomCollections) -> None:
    rooms, scene = MongoRooms(mongo, collections), room_in(mongo, collections)
    event = scene.sent(scene.message(days_ago=30))
    await rooms.write_owing(event)
    await rooms.write(event)
    document = await event_document(mongo, collections, event)
    assert document is not None
    assert document["owed"] == event.snowflake
    assert "expires_at" not in document
    await rooms.settle([event])
    document = await event_document(mongo, collections, event)
    if collections.staging:
        assert document is None
    else:
        assert document is not None
        assert "owed" not in document
        assert document["expires_at"] > event.at + LOG_KEPT


async def test_what_is_owed_by_nobody_expires_from_the_first(mongo: Mongo) -> None:
    scene = room_in(mongo, DIRECT)
    event = scene.sent(scene.message())
    await scene.store.write(event)
    document = await event_document(mongo, DIRECT, event)
    assert document is not None
    assert document["expires_at"] == event.at + LOG_KEPT
    assert "owed" not in document


async def test_a_crash_while_settling_leaves_an_event_and_no_record(mongo: Mongo) -> None:
    rooms, scene = MongoRooms(mongo, OWED_CHANNELS), room_in(mongo, OWED_CHANNELS)
    event = scene.sent(scene.message())
    await rooms.write_owing(event)
    log = RoomLog(mongo, OWED_CHANNELS, unix_ms)
    await RoomDebts(mongo, OWED_CHANNELS, log).unstage([event])
    assert await scene.stored(event.message) is None
    assert await rooms.still_owed(event)
    await rooms.settle([event])
    assert not await rooms.still_owed(event)


async def test_an_event_that_is_settled_before_its_record_comes_leaves_none(mongo: Mongo) -> None:
    class SettledInBetween(RoomLog):
        """A sweeper takes the event the moment that it stands."""

        async def add(self, event: RoomEvent, *, owed: bool) -> None:
            await super().add(event, owed=owed)
            await MongoRooms(mongo, OWED_CHANNELS).settle([event])

    rooms, scene = MongoRooms(mongo, OWED_CHANNELS), room_in(mongo, OWED_CHANNELS)
    rooms._log = SettledInBetween(mongo, OWED_CHANNELS, unix_ms)
    message = scene.message()
    for event in (scene.sent(message), scene.edited(message, "mended"), scene.deleted(message, revisions=2)):
        await rooms.write_owing(event)
        assert await scene.stored(message) is None
        assert await mongo.collection(OWED_CHANNELS.history).count_documents({"message_id": message.id}) == 0


async def test_nothing_is_left_of_what_was_settled(mongo: Mongo) -> None:
    rooms, scene = MongoRooms(mongo, OWED_CHANNELS), room_in(mongo, OWED_CHANNELS)
    message = scene.message()
    sent, edit = scene.sent(message), scene.edited(message, "mended")
    reaction = scene.changed(revisions(scene, Reaction, 1, message)[0], quiet=True)
    events = [sent, edit, reaction]
    for event in events:
        await rooms.write_owing(event)
    await rooms.settle(events)
    for name in (OWED_CHANNELS.messages, OWED_CHANNELS.history, OWED_CHANNELS.events, OWED_CHANNELS.of(Reaction)):
        assert await mongo.collection(name).count_documents({"room_id": scene.room_id}) == 0, name


@OWING
async def test_the_dead_keep_their_record_and_their_reason(mongo: Mongo, collections: RoomCollections) -> None:
    rooms, scene = MongoRooms(mongo, collections), room_in(mongo, collections)
    event = scene.sent(scene.message())
    await rooms.write_owing(event)
    await rooms.bury(event, "it will not apply")
    assert await scene.stored(event.message) == event.message
    letter = await mongo.collection(collections.dead_letters).find_one({"_id": event.cursor})
    assert letter is not None
    assert letter["reason"] == "it will not apply"


async def test_two_holders_never_have_the_lease_at_once(mongo: Mongo) -> None:
    now = unix_ms()
    rooms = MongoRooms(mongo, DIRECT, clock=lambda: now)
    for _ in range(5):
        had = await asyncio.gather(*(rooms.lease(holder, 30) for holder in ("one", "two") * 5))
        assert len({holder for holder, has in zip(("one", "two") * 5, had, strict=True) if has}) == 1
        now += int(timedelta(seconds=30) / timedelta(milliseconds=1))
    mine = "one" if await rooms.lease("one", 30) else "two"
    now += 29_000
    assert await rooms.lease(mine, 30)
    now += 29_000
    assert not await rooms.lease("another", 30)
    now += 1_000
    assert await rooms.lease("another", 30)
    assert await MongoRooms(mongo, OWED_CHANNELS, clock=lambda: now).lease("elsewhere", 0)


@pytest.mark.parametrize(
    ("collection", "query", "index"),
    [
        (DIRECT.events, OWED, "owed"),
        (DIRECT.events, {"room_id": "dir", "snowflake": {"$gt": 1}}, "in_order"),
        (DIRECT.messages, {"room_id": "dir", "snowflake": {"$gt": 1}}, "in_order"),
        (DIRECT.of(Reaction), {"message_id": {"$in": ["one", "two"]}}, "of_message"),
        (f"{DIRECT.prefix}_blocks", {"room_id": {"$in": ["one", "two"]}}, "of_room"),
        (f"{DIRECT.prefix}_participants", {"user_id": "usr", "ended": False}, "conversations_of_user"),
    ],
)
async def test_questions_are_answered_by_an_index(mongo: Mongo, collection: str, query: Fields, index: str) -> None:
    explained = await mongo.collection(collection).find(query).explain()
    assert explained["queryPlanner"]["winningPlan"]["inputStage"]["indexName"] == index

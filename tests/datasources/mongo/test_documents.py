"""What the contract of all stores of rooms leaves to MongoDB: expiry, the form of documents, and indexes."""

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from datasources.mongo.claims import MongoCreationClaims
from datasources.mongo.client import Mongo
from datasources.mongo.documents import DOCUMENTS
from datasources.mongo.migrate import declared_indexes, migrate
from datasources.mongo.room_collections import CHANNELS, DIRECT, OWED_CHANNELS, SETS, VIEWERS, RoomCollections
from datasources.mongo.rooms import MongoRooms
from datasources.records.changes import Belonging
from datasources.records.ids import new_user_id, new_workspace_id
from datasources.records.messages import Attachment
from datasources.records.workspaces import CreationClaim
from datasources.snowflakes import unix_ms
from tests.contracts.rooms.records import record
from tests.contracts.rooms.scenes import DAY_MS
from tests.contracts.rooms.scenes import Scene as RoomScene
from tests.datasources.mongo.scenes import Scene, counted
from tests.datasources.mongo.test_invitations import invitation_in

ROOM_OF = {CHANNELS: "chn", OWED_CHANNELS: "chn", DIRECT: "dir", VIEWERS: "usr"}


def room_in(mongo: Mongo, collections: RoomCollections) -> RoomScene:
    return RoomScene(MongoRooms(mongo, collections), ROOM_OF[collections], collections.kinds)


async def fill(scene: RoomScene, rooms: MongoRooms, collections: RoomCollections) -> None:
    """Something in every collection of the set."""
    if not collections.keeps_records:
        await rooms.write(scene.changed(Belonging(scene.room_id, scene.author_id, new_workspace_id(), "MEMBER", 1)))
        return
    message = replace(scene.message(), attachments=(Attachment("https://example.org", "a", "image/png", 1),))
    write = rooms.write_owing if collections.owing else rooms.write
    await write(scene.sent(message))
    edit = scene.edited(message, "mended")
    await write(edit)
    kinds: tuple[Any, ...] = collections.kinds
    for kind in kinds:
        change: Any = record(scene, kind, 1, message=message, user_id=scene.author_id)
        await write(scene.changed(change))
    await rooms.claim(scene.claim("key"))
    if collections.owing:
        await rooms.bury(edit, "it will not apply")


async def test_a_claim_stands_for_a_day_whether_the_server_has_removed_it_or_not(mongo: Mongo) -> None:
    scene = room_in(mongo, CHANNELS)
    first, second = scene.claim("key"), scene.claim("key", digest="other")
    assert await scene.store.claim(first) == first
    almost_a_day_on = MongoRooms(mongo, CHANNELS, clock=lambda: unix_ms() + DAY_MS - 60_000)
    assert await almost_a_day_on.claim(second) == first
    a_day_on = MongoRooms(mongo, CHANNELS, clock=lambda: unix_ms() + DAY_MS + 60_000)
    assert await a_day_on.claim(second) == second
    assert await a_day_on.claim(first) == second


async def test_a_creation_is_claimed_once_for_person_operation_and_key(mongo: Mongo) -> None:
    claims, user_id = MongoCreationClaims(mongo), new_user_id()
    first = CreationClaim(user_id, "createWorkspace", "key", "digest", new_workspace_id())
    assert await claims.claim(first) == first
    assert await claims.claim(CreationClaim(user_id, "createWorkspace", "key", "other", new_workspace_id())) == first
    for other in (
        CreationClaim(user_id, "createChannel", "key", "digest", "chn"),
        CreationClaim(user_id, "createWorkspace", "other", "digest", "wsp"),
        CreationClaim(new_user_id(), "createWorkspace", "key", "digest", "wsp"),
    ):
        assert await claims.claim(other) == other


async def test_a_send_costs_two_statements_and_a_page_one(mongo: Mongo) -> None:
    scene = room_in(mongo, CHANNELS)
    with counted() as sending:
        await scene.send()
    with counted() as reading:
        await scene.shown()
    assert (sending.statements, reading.statements) == (2, 1)


async def test_a_direct_message_costs_two_waves(mongo: Mongo) -> None:
    scene = room_in(mongo, DIRECT)
    with counted() as sending:
        await scene.send()
    assert (sending.statements, sending.waves) == (3, 2)


async def test_what_the_stores_write_is_what_the_documents_declare(scene: Scene) -> None:
    for collections in SETS:
        await fill(room_in(scene.mongo, collections), MongoRooms(scene.mongo, collections), collections)
    await MongoCreationClaims(scene.mongo).claim(CreationClaim(new_user_id(), "createWorkspace", "key", "d", "wsp"))
    await scene.private("private", scene.owner.user_id)
    await invitation_in(scene)
    for document in DOCUMENTS:
        name, _ = declared_indexes(document)
        model = await scene.mongo.model(document)
        stored = await scene.mongo.collection(name).find_one(sort=[("$natural", -1)])
        assert stored is not None, name
        required = {field for field, info in model.model_fields.items() if info.is_required()}
        assert {"_id", *required} - {"id"} <= set(stored) <= {"_id", *model.model_fields}, name
        model.model_validate(stored)


async def test_dates_are_read_in_utc(mongo: Mongo) -> None:
    scene = room_in(mongo, CHANNELS)
    stored = await scene.stored(await scene.send())
    assert stored is not None
    assert stored.created_at.tzinfo is UTC


async def test_migrating_again_finds_nothing_to_do(mongo: Mongo, mongodb_url: str) -> None:
    assert await migrate(mongodb_url, database=mongo.database.name) == []


async def test_migrating_mends_what_is_missing_or_differs(mongo: Mongo, mongodb_url: str) -> None:
    events = mongo.database["channel_events"]
    await events.drop_index("events_expire")
    await events.create_index("expires_at", name="events_expire", expireAfterSeconds=1_000_000_000)
    await mongo.database["invitations"].drop_index("invitation_by_code")
    await mongo.database["direct_events"].drop_index("owed")
    await mongo.database["direct_events"].create_index("owed", name="owed")
    done = await migrate(mongodb_url, database=mongo.database.name)
    assert sorted(done) == [
        "channel_events.events_expire",
        "direct_events.owed",
        "invitations.invitation_by_code",
    ]
    assert await migrate(mongodb_url, database=mongo.database.name) == []
    assert (await events.index_information())["events_expire"]["expireAfterSeconds"] == 0


@pytest.mark.parametrize("days", [6, 8])
async def test_the_log_holds_seven_days_whether_the_server_has_removed_the_rest_or_not(mongo: Mongo, days: int) -> None:
    scene = room_in(mongo, CHANNELS)
    event = scene.sent(scene.message())
    await scene.store.write(event)
    later = MongoRooms(mongo, CHANNELS, clock=lambda: unix_ms() + days * DAY_MS)
    assert await later.events(scene.room_id, 0, 10) == ([event] if days == 6 else [])
    assert (await later.log_start(scene.room_id) < event.snowflake) == (days == 6)

"""A server that is away costs its callers little, and is used again when it is back."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from datasources.embedded.ports import choose
from datasources.errors import SettingRefused, Unavailable
from datasources.layers.gate import OUTAGES_TO_SHUT
from datasources.mongo.client import Mongo
from datasources.mongo.migrate import migrate
from datasources.mongo.room_collections import CHANNELS, DIRECT
from datasources.mongo.rooms import MongoRooms
from datasources.mongo.workspaces import MongoWorkspaces
from datasources.records.ids import new_user_id
from datasources.records.pages import PageArguments
from tests.contracts.rooms.scenes import Scene as RoomScene
from tests.datasources.mongo.own_server import OwnMongodb, own_mongodb, until_it_answers
from tests.datasources.mongo.scenes import new_workspace

# The driver leaves the socket of an attempt to connect that is cancelled to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

# Two seconds for what they may take, and some for a machine that is busy.
PATIENCE = 6.0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[OwnMongodb]:
    async with own_mongodb(tmp_path) as server:
        yield server


@pytest.fixture
async def mongo(server: OwnMongodb) -> AsyncIterator[Mongo]:
    await migrate(server.url)
    mongo = Mongo(server.url)
    await mongo.open()
    yield mongo
    await mongo.close()
    gc.collect()


async def test_a_server_that_is_away_is_no_error_until_something_is_asked() -> None:
    mongo = Mongo(f"mongodb://127.0.0.1:{choose(None, ())}/drill")
    await mongo.open()
    try:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(Unavailable) as outage:
                await mongo.ping()
        assert outage.value.store == "mongodb"
        assert "drill" not in str(outage.value)
    finally:
        await mongo.close()


async def test_an_outage_costs_little_and_ends(server: OwnMongodb, mongo: Mongo) -> None:
    scene = RoomScene(MongoRooms(mongo, CHANNELS))
    workspaces = MongoWorkspaces(mongo)
    sent = [await scene.send() for _ in range(20)]
    server.kill()
    for _ in range(OUTAGES_TO_SHUT):
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(Unavailable):
                await scene.send()
    begun = monotonic()
    refused = 0
    for _ in range(1000):
        with pytest.raises(Unavailable):
            await scene.store.by_ids([sent[0].id])
        refused += 1
    assert monotonic() - begun < PATIENCE, refused
    (page,) = await scene.store.pages([(scene.room_id, PageArguments())])
    assert isinstance(page, Unavailable)
    with pytest.raises(Unavailable):
        await workspaces.create(*new_workspace(new_user_id()))
    await server.start()
    await until_it_answers(mongo)
    assert [message for message in await scene.shown() if message in sent] == sent
    workspace, owner = new_workspace(new_user_id())
    assert await workspaces.create(workspace, owner) == workspace


async def test_what_is_owed_stands_when_the_server_is_killed_and_back(server: OwnMongodb, mongo: Mongo) -> None:
    rooms = MongoRooms(mongo, DIRECT)
    scene = RoomScene(rooms, "dir")
    events = [scene.sent(scene.message()) for _ in range(20)]
    for event in events:
        await rooms.write_owing(event)
    await rooms.settle(events[:5])
    server.kill()
    await server.start()
    await until_it_answers(mongo)
    assert await rooms.owed(100) == events[5:]
    assert await scene.shown() == [event.message for event in events]
    debts = await rooms.debts()
    assert (debts.owed, debts.oldest, debts.dead) == (15, events[5].at, 0)


async def ping_on_and_on(mongo: Mongo) -> None:
    """Until it raises: a signal takes a moment to reach each thread of a server."""
    while True:
        await mongo.ping()


async def test_a_server_that_hangs_answers_no_ping(server: OwnMongodb, mongo: Mongo) -> None:
    await mongo.ping()
    server.freeze()
    try:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(Unavailable):
                await ping_on_and_on(mongo)
    finally:
        server.thaw()
    await until_it_answers(mongo)


@pytest.mark.parametrize(
    "url", ["mongodb://", "mongodb://127.0.0.1:99999/homeroom", "mongodb://a/b?w=nonsense&tls=maybe"]
)
async def test_an_address_that_cannot_be_used_names_its_setting(url: str) -> None:
    with pytest.raises(SettingRefused) as refusal:
        await Mongo(url).open()
    assert refusal.value.setting == "MONGODB_URL"


async def test_a_certificate_that_cannot_be_used_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(SettingRefused) as refusal:
        await Mongo("mongodb://127.0.0.1/homeroom", tls_ca=tmp_path / "ca.pem").open()
    assert refusal.value.setting == "MONGODB_TLS_CA"


async def test_the_database_is_that_of_the_address() -> None:
    for url, name in (("mongodb://127.0.0.1", "homeroom"), ("mongodb://127.0.0.1/other", "other")):
        mongo = Mongo(url)
        await mongo.open()
        assert mongo.database.name == name
        await mongo.close()

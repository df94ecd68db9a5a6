"""Every store of rooms, one after the other: what is asserted here holds for all of them."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from datasources.embedded import Endpoints
from datasources.records.changes import Grading, Pin, Reaction, ReadState
from datasources.records.conversations import Block, Conversation, Participant
from datasources.stores import OwingStore, RoomStore
from tests.contracts.rooms.conversing import Conversing
from tests.contracts.rooms.on_cassandra import on_cassandra
from tests.contracts.rooms.on_mongo import on_mongo
from tests.contracts.rooms.on_postgres import on_postgres
from tests.contracts.rooms.owing import Owing, settle_all
from tests.contracts.rooms.scenes import Scene
from tests.contracts.rooms.under_test import UnderTest

RECORDS: Final[dict[str, tuple[type[Any], ...]]] = {
    "chn": (Reaction, Pin, Grading, ReadState),
    "dir": (Reaction, ReadState, Conversation, Participant, Block),
    "grp": (Reaction, Pin, ReadState, Conversation, Participant),
    "usr": (),
}
"""What rooms of each kind keep besides messages."""

ROOMS: Final = ["chn cassandra", "chn mongodb", "dir mongodb", "dir postgresql", "grp postgresql"]
OWING: Final = ["chn mongodb, owed", "dir mongodb", "dir postgresql"]
CONVERSATIONS: Final = ["dir mongodb", "dir postgresql", "grp postgresql"]


@pytest.fixture(scope="session")
async def cassandra(endpoints: Endpoints, run_id: str) -> AsyncIterator[UnderTest]:
    async with on_cassandra(endpoints, f"homeroom_rooms_{run_id}") as stores:
        yield stores


@pytest.fixture(scope="session")
async def mongodb(endpoints: Endpoints, run_id: str) -> AsyncIterator[UnderTest]:
    async with on_mongo(endpoints, f"homeroom_rooms_{run_id}") as stores:
        yield stores


@pytest.fixture(scope="session")
async def postgresql(endpoints: Endpoints, run_id: str) -> AsyncIterator[UnderTest]:
    async with on_postgres(endpoints, f"homeroom_rooms_{run_id}") as stores:
        yield stores


@pytest.fixture(params=ROOMS)
def scene(request: pytest.FixtureRequest) -> Scene:
    """A new room in the store."""
    return _scene(request.param, _under_test(request).rooms[request.param])


@pytest.fixture(params=["usr mongodb"])
def person(request: pytest.FixtureRequest) -> Scene:
    """A new person's log in the store."""
    return _scene(request.param, _under_test(request).rooms[request.param])


@pytest.fixture(params=OWING)
def owing(request: pytest.FixtureRequest) -> Owing:
    """A new room in the store; use `nothing_owed` too."""
    return _owing(request.param, _under_test(request).owing[request.param])


@pytest.fixture(params=["usr postgresql, owed"])
def owing_person(request: pytest.FixtureRequest) -> Owing:
    """A new person's log in the store."""
    return _owing(request.param, _under_test(request).owing[request.param])


@pytest.fixture(params=CONVERSATIONS)
def conversing(request: pytest.FixtureRequest) -> Conversing:
    """A new conversation in the store, and what lists it."""
    stores = _under_test(request)
    return Conversing(_scene(request.param, stores.rooms[request.param]), stores.conversations[request.param])


@pytest.fixture
async def nothing_owed(owing: Owing) -> None:
    """Other tests may have left something."""
    await settle_all(owing.store)


def _under_test(request: pytest.FixtureRequest) -> UnderTest:
    stores: UnderTest = request.getfixturevalue(request.param[4:].removesuffix(", owed"))
    return stores


def _scene(name: str, store: RoomStore) -> Scene:
    return Scene(store, name[:3], RECORDS[name[:3]])


def _owing(name: str, store: OwingStore) -> Owing:
    return Owing(store, _scene(name, store), mirrored=not name.endswith("owed"))

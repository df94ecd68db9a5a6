"""Each database killed, or paused and let go on, under writers, readers and listeners on two server processes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from datasources.embedded import Endpoints, running_endpoints
from datasources.mongo.client import Mongo
from datasources.mongo.room_collections import DIRECT as MONGO_DIRECT
from datasources.mongo.rooms import MongoRooms
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_tables import DIRECT as POSTGRES_DIRECT
from datasources.postgres.rooms import PostgresRooms
from datasources.records.ids import MessageId
from datasources.records.messages import Message
from tests.client import Client
from tests.faults.asking import everything, snowflake
from tests.faults.load import Listener, Load, Room
from tests.faults.test_children import children
from tests.server import Server, running_server

STORES: Final = ("postgresql", "mongodb", "cassandra", "redis")
MESSAGES: Final = 40
FAULT_AFTER: Final = 60
PAUSE_SECONDS: Final = 8
PATIENCE_SECONDS: Final = 90


@dataclass(frozen=True, slots=True)
class Pair:
    """A server with embedded databases of its own, and a second process on the same ones."""

    first: Server
    second: Server
    endpoints: Endpoints


@pytest.fixture(scope="module")
async def pair() -> AsyncIterator[Pair]:
    limits = {"HOMEROOM_RATE_LIMITS": "off"}
    async with running_server(limits) as first:
        endpoints = running_endpoints(first.data_dir)
        assert endpoints is not None
        shared = {
            "DATABASE_URL": endpoints.database_url or "",
            "MONGODB_URL": endpoints.mongodb_url or "",
            "REDIS_URL": endpoints.redis_url or "",
            "CASSANDRA_CONTACT_POINTS": endpoints.cassandra_contact_points or "",
        }
        async with running_server(limits | shared) as second:
            yield Pair(first, second, endpoints)


@pytest.mark.parametrize("fault", ["kill", "pause"])
@pytest.mark.parametrize("store", STORES)
async def test_nothing_acknowledged_is_lost_or_doubled(pair: Pair, store: str, fault: str) -> None:
    async with AsyncExitStack() as stack:
        ada, ben = [await stack.enter_async_context(Client(server.url)) for server in (pair.first, pair.second)]
        await asyncio.gather(ada.sign_up("Ada"), ben.sign_up("Ben"))
        workspace = await ada.workspace()
        await ada.invite(workspace, ben)
        rooms = [
            Room(await ada.channel(workspace), "drill_channel_page", "drill_channel_events"),
            Room(
                (await ada.done("start_conversation", userId=ben.user_id))["conversation"]["id"],
                "drill_conversation_page",
                "drill_conversation_events",
            ),
            Room(
                (await ada.done("create_group", name="Group", userIds=[ben.user_id]))["conversation"]["id"],
                "drill_conversation_page",
                "drill_conversation_events",
            ),
        ]
        listeners = [Listener(person, room) for room in rooms for person in (ada, ben)]
        listening = [asyncio.create_task(listener.run()) for listener in listeners]
        await asyncio.gather(*(listener.ready.wait() for listener in listeners))

        load = Load([ada, ben], rooms, MESSAGES)
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run())
            group.create_task(_strike(load, children(pair.first)[store], fault))
        await _settled(ada)
        await _heard(listeners)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)

        for room in rooms:
            await _check(room, await everything(ada, room.page, room.id))
        await _in_both_stores(pair.endpoints, rooms[1])
    for listener in listeners:
        assert set(listener.heard) == listener.room.all
        assert listener.twice == 0
    _print_counts(store, fault, rooms, listeners)


async def _strike(load: Load, victim: int, fault: str) -> None:
    await load.after(FAULT_AFTER)
    load.outage = True
    if fault == "kill":
        os.kill(victim, signal.SIGKILL)
        return
    # A server of several processes, such as PostgreSQL, is paused with all of them.
    for pid in (paused := [victim, *_children_of(victim)]):
        os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(PAUSE_SECONDS)  # the length of the outage, not a wait for something
    finally:
        for pid in paused:
            os.kill(pid, signal.SIGCONT)
        load.outage = False


def _children_of(parent: int) -> list[int]:
    stats = [file.read_text(encoding="utf-8", errors="replace") for file in Path("/proc").glob("[0-9]*/stat")]
    # "pid (name) state ppid ...", and a name may have spaces and brackets.
    return [int(stat.split()[0]) for stat in stats if int(stat.rpartition(")")[2].split()[1]) == parent]


async def _settled(person: Client) -> None:
    """Returns when every store answers and nothing is owed any more."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            health = (await person.http.get("/health")).json()
            # None where nobody could say.
            if health["status"] == "healthy" and all(store.get("owed", 0) == 0 for store in health["stores"].values()):
                return
            await asyncio.sleep(0.1)  # another process's state has no event to wait for


async def _heard(listeners: list[Listener]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(set(listener.heard) < listener.room.all for listener in listeners):  # noqa: ASYNC110 - counters
                await asyncio.sleep(0.1)
    except TimeoutError:
        missing = [(each.room.id, each.cursor, sorted(each.room.all - set(each.heard))) for each in listeners]
        raise AssertionError(f"not heard: {missing}") from None


async def _check(room: Room, found: list[dict[str, str]]) -> None:
    ids = [message["id"] for message in found]
    assert [snowflake(each) for each in ids] == sorted({snowflake(each) for each in ids})
    assert set(ids) == room.all
    assert len(ids) == len(room.all)
    for sender, sent in room.acknowledged.items():
        assert [message["id"] for message in found if message["content"].startswith(f"{sender}-")] == sent
    assert room.holes == []
    assert room.pages["complete"] > 0


async def _in_both_stores(endpoints: Endpoints, room: Room) -> None:
    """After catch-up both stores of a conversation of two have each message once, alike."""
    ids = [MessageId(each) for each in sorted(room.all, key=snowflake)]
    mongo, postgres = Mongo(endpoints.mongodb_url or ""), PostgresDatabase(endpoints.database_url or "")
    await mongo.open()
    await postgres.open()
    try:
        in_mongo = await MongoRooms(mongo, MONGO_DIRECT).by_ids(ids)
        in_postgres = await PostgresRooms(postgres, POSTGRES_DIRECT).by_ids(ids)
    finally:
        await mongo.close()
        await postgres.close()
    assert all(isinstance(message, Message) for message in in_mongo)
    assert in_mongo == in_postgres


def _print_counts(store: str, fault: str, rooms: list[Room], listeners: list[Listener]) -> None:
    for kind, room in zip(("channel", "direct", "group"), rooms, strict=True):
        heard = [listener for listener in listeners if listener.room is room]
        print(  # noqa: T201 - the drill's counts, shown with -s
            f"{store:10} {fault:5} {kind:7} acknowledged {len(room.all)}, of these in the outage {room.during_outage}, "
            f"pages {dict(room.pages)}, heard {[sum(each.heard.values()) for each in heard]}, "
            f"resumes {[each.resumes for each in heard]}"
        )

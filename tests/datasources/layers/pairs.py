"""Pairs of real stores, each behind a line of its own that can be cut, and processes that hand off between them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

from datasources.errors import Unavailable
from datasources.layers.handoff import HandedOverConversations, Handoff, restamping
from datasources.layers.handoff.twins import Tell
from datasources.mongo.client import Mongo
from datasources.mongo.conversations import MongoConversations
from datasources.mongo.room_collections import CHANNELS, OWED_CHANNELS
from datasources.mongo.room_collections import DIRECT as DIRECT_COLLECTIONS
from datasources.mongo.rooms import MongoRooms
from datasources.postgres.conversations import PostgresConversations
from datasources.postgres.room_tables import DIRECT as DIRECT_TABLES
from datasources.postgres.rooms import PostgresRooms
from datasources.snowflakes import unix_ms
from datasources.stores import ConversationStore, OwingStore
from tests.contracts.rooms.conftest import RECORDS
from tests.contracts.rooms.owing import settle_all
from tests.contracts.rooms.scenes import Scene, snowflake_at
from tests.datasources.events.proxy import Proxy, proxy_to
from tests.datasources.layers.gates import Gated
from tests.datasources.postgres.places import Line, line_to, opened


class Cuttable(Protocol):
    async def cut(self) -> None: ...

    async def mend(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Ends:
    """The two stores as one process reaches them, and the lines that it reaches them by."""

    first: Gated
    second: Gated
    first_line: Cuttable
    second_line: Cuttable
    lists: tuple[ConversationStore, ...] = ()


class Pair:
    """`kind` is of rooms, as in `Scene`. `first` and `second` are the stores themselves, by lines that nobody cuts."""

    kind: str
    mirrored: bool
    names: tuple[str, str]
    first: OwingStore
    second: OwingStore

    def __init__(self, stack: AsyncExitStack, servers: "Servers") -> None:
        self._stack = stack
        self._servers = servers

    async def ends(self) -> Ends:
        raise NotImplementedError

    async def clear(self) -> None:
        """Nothing is owed when a test begins, and nobody leads."""
        await self._servers.release_leases()
        await settle_all(self.second)
        if self.mirrored:
            await settle_all(self.first)

    async def process(self, *, sweeping: bool = False, tell: Tell | None = None) -> "Process":
        """One more process. Without `sweeping` it looks when it is asked to, and sweeps when it is told to."""
        ends = await self.ends()
        restamp = restamping(lambda: snowflake_at(unix_ms()))
        named = {"restamp": restamp, "subject": "test", "names": self.names, "tell": tell}
        handoff = Handoff(ends.first.as_store, ends.second.as_store, mirrored=self.mirrored, **named)  # type: ignore[call-overload] # by name
        if sweeping:
            await handoff.start()
        self._stack.push_async_callback(handoff.stop)
        return Process(handoff, ends, self)

    async def release_lease(self) -> None:
        """As if it had run out."""
        await self._servers.release_leases()

    def scene(self, store: OwingStore | Handoff, like: Scene | None = None) -> Scene:
        """A new room in this store, or the room of another scene."""
        scene = Scene(store, self.kind, RECORDS[self.kind])
        if like is not None:
            scene.author_id, scene.room_id = like.author_id, like.room_id
        return scene


@dataclass(frozen=True, slots=True)
class Process:
    handoff: Handoff
    ends: Ends
    pair: Pair

    @property
    def first(self) -> Gated:
        return self.ends.first

    @property
    def second(self) -> Gated:
        return self.ends.second

    @property
    def conversations(self) -> HandedOverConversations:
        first, second = self.ends.lists
        return HandedOverConversations(first, second, self.handoff)

    async def lose_first(self) -> None:
        await self.ends.first_line.cut()

    async def lose_second(self) -> None:
        await self.ends.second_line.cut()

    async def mend_first(self) -> None:
        """Returns when the first store answers this process again."""
        await self.ends.first_line.mend()
        async with asyncio.timeout(20):
            while True:
                try:
                    await self.handoff.first.ask(self.ends.first.as_store.claimed(self.scene().claim("")))
                except Unavailable:
                    await asyncio.sleep(0.1)
                else:
                    return

    def scene(self, like: Scene | None = None) -> Scene:
        """A new room as this process sees it, or the room of another scene."""
        return self.pair.scene(self.handoff, like)


@dataclass(frozen=True, slots=True)
class Servers:
    """The databases of one run, and the stores on them."""

    mongodb_url: str
    mongodb_name: str
    database_url: str
    first_channels: OwingStore
    owed_channels: OwingStore
    first_direct: OwingStore
    second_direct: OwingStore
    release_leases: Callable[[], Awaitable[None]]


class ChannelPair(Pair):
    """Not mirrored. MongoDB stands on both sides: it has all that Cassandra has here, and answers sooner."""

    kind = "chn"
    mirrored = False
    names = ("cassandra", "mongodb")

    def __init__(self, stack: AsyncExitStack, servers: Servers) -> None:
        super().__init__(stack, servers)
        self.first, self.second = servers.first_channels, servers.owed_channels

    async def ends(self) -> Ends:
        first, first_line = await _mongo_by_line(self._stack, self._servers)
        second, second_line = await _mongo_by_line(self._stack, self._servers)
        return Ends(
            Gated(MongoRooms(first, CHANNELS)), Gated(MongoRooms(second, OWED_CHANNELS)), first_line, second_line
        )


class DirectPair(Pair):
    """Mirrored: MongoDB and PostgreSQL."""

    kind = "dir"
    mirrored = True
    names = ("mongodb", "postgresql")

    def __init__(self, stack: AsyncExitStack, servers: Servers) -> None:
        super().__init__(stack, servers)
        self.first, self.second = servers.first_direct, servers.second_direct

    async def ends(self) -> Ends:
        first, first_line = await _mongo_by_line(self._stack, self._servers)
        second_line: Line = await self._stack.enter_async_context(line_to(self._servers.database_url))
        second = await self._stack.enter_async_context(opened(second_line.url))
        return Ends(
            Gated(MongoRooms(first, DIRECT_COLLECTIONS)),
            Gated(PostgresRooms(second, DIRECT_TABLES)),
            first_line,
            second_line,
            (MongoConversations(first, DIRECT_COLLECTIONS), PostgresConversations(second, DIRECT_TABLES)),
        )


PAIRS: Final = {"channels": ChannelPair, "direct": DirectPair}


async def _mongo_by_line(stack: AsyncExitStack, servers: Servers) -> tuple[Mongo, Proxy]:
    parts = urlsplit(servers.mongodb_url)
    proxy: Proxy = await stack.enter_async_context(proxy_to(parts.port or 0))
    url = parts._replace(netloc=f"127.0.0.1:{proxy.port}", query="retryWrites=false&directConnection=true").geturl()
    mongo = Mongo(url, database=servers.mongodb_name)
    await mongo.open()
    stack.push_async_callback(mongo.close)
    return mongo, proxy

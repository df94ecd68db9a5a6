"""Two hundred sockets that stopped reading, in a channel under load: they cost a bounded memory, and nobody else."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from datasources.events.tasks import end
from datasources.records.ids import uuid7_hex
from tests.client import Client, Socket
from tests.faults.asking import acknowledged
from tests.server import Server, running_server

STALLED: Final = 200
GOOD: Final = 20
MESSAGES: Final = 300
WARMING: Final = 20
RESUMED: Final = 40
SENDERS: Final = 4
CONTENT: Final = "0123456789" * 350
RECEIVE_BYTES: Final = 4_096
GROWTH_BYTES: Final = 150 << 20
"""Less than the frames that all stalled sockets together were sent; about a sixth of it was seen."""

CLOSE_SECONDS: Final = 40.0
PATIENCE_SECONDS: Final = 240


@dataclass(slots=True)
class Hearing:
    """What one socket has heard: message ids in order, and the last cursor."""

    cursor: str
    ids: list[str] = field(default_factory=list)

    async def all_until(self, stream: Socket, last: str | None = None) -> None:
        """Takes events up to this message, or until the socket ends."""
        while last is None or last not in self.ids:
            event = (await stream.result())["channelEvents"]
            self.cursor = event["cursor"]
            self.ids.append(event["message"]["id"])


@pytest.fixture
async def own(environment: dict[str, str]) -> AsyncIterator[Server]:
    """A process of this test's own, whose memory is nobody else's."""
    async with running_server(environment) as server:
        yield server


def resident_bytes(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def open_files(server: Server) -> int:
    """Most of them are sockets."""
    return sum(1 for _ in Path(f"/proc/{server.process.pid}/fd").iterdir())


async def greatest_memory(server: Server, found: list[int]) -> None:
    while True:
        found.append(resident_bytes(server))
        await asyncio.sleep(0.2)


@asynccontextmanager
async def small_socket(person: Client) -> AsyncIterator[Socket]:
    """A connection of which neither the kernel nor the library takes much that the test does not ask for."""
    parts = urlsplit(person.url)
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, (parts.hostname, parts.port))
    url = person.url.replace("http", "ws", 1) + "/graphql"
    subprotocol = Subprotocol("graphql-transport-ws")
    async with connect(
        url, sock=plain, subprotocols=[subprotocol], max_queue=1, ping_interval=None, close_timeout=0.1
    ) as connection:
        stream = Socket(connection)
        await stream.tell(type="connection_init", payload={"authorization": f"Bearer {person.token}"})
        assert (await stream.heard())["type"] == "connection_ack"
        try:
            yield stream
        finally:
            connection.transport.abort()


async def subscribed(stream: Socket, channel: str, after: str) -> None:
    await stream.subscribe("drill_channel_bodies", id=channel, after=after)


async def load(person: Client, channel: str, count: int) -> list[str]:
    """The ids of so many messages, sent by a few at once; a busy machine may have to be asked again."""
    numbers = iter(range(count))

    async def send() -> list[str]:
        return [await acknowledged(person, channel, f"{number} {CONTENT}", key=uuid7_hex()) for number in numbers]

    return list(itertools.chain(*await asyncio.gather(*(send() for _ in range(SENDERS)))))


async def test_stalled_sockets_are_closed_and_cost_others_nothing(own: Server) -> None:
    async with Client(own.url) as person, AsyncExitStack() as stack, asyncio.timeout(PATIENCE_SECONDS):
        await person.sign_up()
        channel = await person.channel(await person.workspace())
        cursor: str = (await person.data("channel_page", id=channel))["channel"]["eventCursor"]
        warm = await stack.enter_async_context(person.socket())
        await subscribed(warm, channel, cursor)
        sent = await load(person, channel, WARMING)
        begun = Hearing(cursor)
        await begun.all_until(warm, sent[-1])
        cursor = begun.cursor

        stalled = [await stack.enter_async_context(small_socket(person)) for _ in range(STALLED)]
        good = [await stack.enter_async_context(person.socket()) for _ in range(GOOD)]
        for stream in (*stalled, *good):
            await subscribed(stream, channel, cursor)
        heard = [Hearing(cursor) for _ in good]
        before, files = resident_bytes(own), open_files(own)
        memory: list[int] = []
        measuring = asyncio.create_task(greatest_memory(own, memory))
        hearing = [asyncio.create_task(each.all_until(stream)) for each, stream in zip(heard, good, strict=True)]
        sent = await load(person, channel, MESSAGES)
        for each in heard:
            async with asyncio.timeout(60):
                while not set(sent) <= set(each.ids):  # noqa: ASYNC110 - what another task hears sets no event
                    await asyncio.sleep(0.05)
        # The server gives up on a socket that has taken nothing for ten seconds, and cuts it five seconds later.
        async with asyncio.timeout(CLOSE_SECONDS):
            while open_files(own) > files - STALLED:  # noqa: ASYNC110 - another process's state sets no event
                await asyncio.sleep(0.2)
        (final,) = await load(person, channel, 1)
        await end([measuring, *hearing])

        remains = [Hearing(cursor) for _ in stalled]
        for each, stream in zip(remains, stalled, strict=True):
            with pytest.raises((ConnectionClosed, AssertionError)):
                await each.all_until(stream)
            assert final not in each.ids
            assert len(each.ids) < MESSAGES
            assert len(each.ids) == len(set(each.ids))

        for each in remains[:: STALLED // RESUMED]:
            again = Hearing(each.cursor)
            async with person.socket() as stream:
                await subscribed(stream, channel, each.cursor)
                await again.all_until(stream, final)
            assert len(again.ids) == len(set(again.ids))
            assert {*each.ids, *again.ids} >= {*sent, final}

    growth = max(memory) - before
    heard_by_stalled = sorted(len(each.ids) for each in remains)
    print(  # noqa: T201 - the counts are what the drill is for
        f"\n{MESSAGES} messages of {len(CONTENT)} characters; {GOOD} good sockets heard all of them,"
        f" {STALLED} stalled ones {heard_by_stalled[0]} to {heard_by_stalled[-1]} before they were closed;"
        f" resident memory {before >> 20} MiB before,"
        f" {max(memory) >> 20} MiB at most, {memory[-1] >> 20} MiB at the end"
    )
    for each in heard:
        assert len(each.ids) == len(set(each.ids))
    assert growth < GROWTH_BYTES

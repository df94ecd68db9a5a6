"""What runs over a websocket: beside each other, bounded, and ended with their socket."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from graph.transport import server
from tests.graph.transport.conftest import Serve
from tests.graph.transport.schema import ADA
from tests.graph.transport.served import Served

FOREVER = "subscription { forever }"


@asynccontextmanager
async def deaf(served: Served, *messages: dict[str, Any]) -> AsyncIterator[asyncio.StreamReader]:
    """A client that upgrades, sends messages, and from then on neither reads nor answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(
        b"GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    for message in messages:
        body = orjson.dumps(message)
        # A text frame of at most 125 bytes, masked with zeros.
        writer.write(struct.pack("!BBI", 0x81, 0x80 | len(body), 0) + body)
    try:
        yield reader
    finally:
        writer.transport.abort()


def subscribing(query: str) -> list[dict[str, Any]]:
    return [{"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": {"query": query}}]


async def test_operations_run_beside_each_other(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("slow", "{ slow }")
        await served.world.begun.acquire()
        await socket.subscribe("quick", "{ hello }")
        assert (await socket.receive())["id"] == "quick"
        assert await socket.receive() == {"id": "quick", "type": "complete"}
        served.world.go_on.set()
        assert (await socket.receive())["payload"] == {"data": {"slow": "done"}}


async def test_complete_from_the_client_ends_that_operation_only(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("a", FOREVER)
        await socket.receive()
        await socket.subscribe("b", "{ slow }")
        await served.world.begun.acquire()
        await served.world.begun.acquire()
        await socket.send(type="complete", id="a")
        await served.world.cancelled.acquire()
        await socket.subscribe("a", "{ hello }")
        assert (await socket.receive())["payload"] == {"data": {"hello": "Hello, world"}}
        assert await socket.receive() == {"id": "a", "type": "complete"}
        served.world.go_on.set()
        assert (await socket.receive())["id"] == "b"


async def test_everything_ends_with_the_socket(served: Served) -> None:
    async with served.connect(init={}) as socket:
        for operation_id in "ab":
            await socket.subscribe(operation_id, FOREVER)
            await socket.receive()
        await socket.subscribe("c", "{ slow }")
        for _ in range(3):
            await served.world.begun.acquire()
    async with asyncio.timeout(5):
        for _ in range(3):
            await served.world.cancelled.acquire()
    await served.settled(lambda: len(served.websocket) == 0)


async def test_each_operation_and_each_event_has_a_context_of_its_own(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("1", "subscription { count(to: 3) }")
        for _ in range(4):
            await socket.receive()
        await socket.subscribe("2", "{ hello }")
        await socket.receive()
    assert len({id(context) for context in served.world.contexts}) == 5


async def test_operations_of_a_socket_are_bounded(serve: Serve) -> None:
    served = await serve(operations_per_socket=2)
    async with served.connect(init={}) as socket:
        for operation_id in "ab":
            await socket.subscribe(operation_id, FOREVER)
            await socket.receive()
        await socket.subscribe("c", FOREVER)
        message = await socket.receive()
        assert (message["id"], message["type"]) == ("c", "error")
        assert message["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS", "limit": 2}
        await socket.send(type="complete", id="a")
        await socket.subscribe("c", FOREVER)
        assert (await socket.receive())["type"] == "next"


async def test_a_slow_subscriber_is_told_to_resume_and_keeps_its_socket(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("1", "subscription { overflowing }")
        assert (await socket.receive())["type"] == "next"
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"] == {"code": "SLOW_SUBSCRIBER"}
        await socket.subscribe("1", "{ hello }")
        assert (await socket.receive())["type"] == "next"


async def test_what_breaks_inside_is_told_as_internal(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("1", "{ secret }")
        message = await socket.receive()
        assert message["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert "hunter2" not in orjson.dumps(message).decode()


async def test_a_stream_that_loses_its_session_closes_the_socket(served: Served) -> None:
    async with served.connect(init={"authorization": "Bearer ada-token"}) as socket:
        await socket.subscribe("1", "subscription { untilSignedOut }")
        assert (await socket.receive())["type"] == "next"
        assert await socket.closed() == (4401, "The session has ended")


async def test_the_end_of_a_session_closes_its_sockets_only(served: Served) -> None:
    async with served.connect(init={"authorization": "Bearer ada-token"}) as hers, served.connect(init={}) as other:
        await hers.subscribe("1", FOREVER)
        await hers.receive()
        served.websocket.end_session(ADA.session_id)
        assert await hers.closed() == (4401, "The session has ended")
        await served.world.cancelled.acquire()
        await other.subscribe("1", "{ hello }")
        assert (await other.receive())["type"] == "next"


async def test_a_session_is_looked_up_again_after_some_time(serve: Serve) -> None:
    served = await serve(session_proof_seconds=0)
    async with served.connect(init={"authorization": "Bearer ada-token"}) as socket:
        await socket.subscribe("1", "{ viewer }")
        assert (await socket.receive())["payload"] == {"data": {"viewer": ADA.user_id}}
        await socket.receive()
        served.world.sessions.clear()
        await socket.subscribe("2", "{ viewer }")
        assert await socket.closed() == (4401, "The session has ended")


async def test_draining_closes_every_socket_and_takes_no_more(serve: Serve) -> None:
    served = await serve()
    async with served.connect(init={}) as one, served.connect() as two:
        await one.subscribe("1", FOREVER)
        await one.receive()
        await served.websocket.drain()
        assert await one.closed() == (1012, "Restarting")
        assert await two.closed() == (1012, "Restarting")
        await served.world.cancelled.acquire()
        assert len(served.websocket) == 0
    async with served.connect() as late:
        assert await late.closed() == (1012, "Restarting")


async def test_a_client_that_does_not_read_is_dropped_and_holds_up_nobody(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "FAREWELL_SECONDS", 0.1)
    served = await serve(send_seconds=0.5)
    async with deaf(served, *subscribing("subscription { flood }")), served.connect(init={}) as socket:
        await served.world.begun.acquire()
        for _ in range(3):
            await socket.subscribe("1", "{ hello }")
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
        async with asyncio.timeout(10):
            await served.world.cancelled.acquire()
        await served.settled(lambda: len(served.websocket) == 1)
        # Its buffer can never be flushed; uvicorn by itself would keep the connection as long as the peer lives.
        await served.settled(lambda: len(served.uvicorn.server_state.connections) == 1)


async def test_a_half_open_socket_is_dropped(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FAREWELL_SECONDS", 0.1)
    served = await serve(frame_ping_seconds=0.2)
    async with deaf(served, *subscribing(FOREVER)):
        async with asyncio.timeout(5):
            await served.world.cancelled.acquire()
        await served.settled(lambda: len(served.websocket) == 0)

"""What is written to a connection, and in how many pieces: each piece is a system call."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from graph.limits import Limits
from graph.transport.server import HTTPProtocol, uvicorn_options

GET = b"GET /%s HTTP/1.1\r\nhost: x\r\n%s\r\n"
POST = b"POST /%s HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"


class Written(asyncio.Transport):
    """A connection that keeps what is written to it, a piece a call."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.wrote = asyncio.Event()
        self.closed = asyncio.Event()

    def write(self, data: Any) -> None:
        assert not self.is_closing()
        self.pieces.append(bytes(data))
        self.wrote.set()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        self.closed.set()

    def is_closing(self) -> bool:
        return self.closed.is_set()

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    length = [(b"content-length", b"6")]
    match scope["path"]:
        case "/whole":
            await send({"type": "http.response.start", "status": 200, "headers": length})
            await send({"type": "http.response.body", "body": b"answer"})
        case "/body":
            read = (await receive())["body"]
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": read})
        case "/empty":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        case "/parts":
            await send({"type": "http.response.start", "status": 200, "headers": length})
            await send({"type": "http.response.body", "body": b"ans", "more_body": True})
            await send({"type": "http.response.body", "body": b"wer"})
        case "/stream":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"answer", "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        case _:
            await send({"type": "http.response.start", "status": 200, "headers": length})
            raise LookupError("broken in the midst of its answer")


class Client:
    """A connection to the application, as uvicorn sees it."""

    def __init__(self) -> None:
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", **uvicorn_options(Limits()))
        config.load()
        self._state = ServerState()
        self.written = Written()
        self._protocol = HTTPProtocol(config, self._state, {}, asyncio.get_running_loop())
        self._protocol.connection_made(self.written)

    async def sends(self, data: bytes) -> list[bytes]:
        """The pieces that are written once nothing is under way."""
        self.written.pieces.clear()
        self._protocol.data_received(data)
        while self._state.tasks:
            await asyncio.wait(self._state.tasks)
        return list(self.written.pieces)


def head_and_body(piece: bytes) -> tuple[bytes, bytes]:
    head, _, body = piece.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], body


async def test_an_answer_of_known_length_is_one_piece() -> None:
    client = Client()
    for _ in range(2):
        (piece,) = await client.sends(GET % (b"whole", b""))
        assert head_and_body(piece) == (b"HTTP/1.1 200 OK", b"answer")
    (piece,) = await client.sends(GET % (b"empty", b""))
    assert head_and_body(piece) == (b"HTTP/1.1 200 OK", b"")


async def test_its_later_parts_are_not_held_up() -> None:
    first, second = await Client().sends(GET % (b"parts", b""))
    assert (head_and_body(first)[1], second) == (b"ans", b"wer")


async def test_of_a_stream_the_head_goes_out_at_once() -> None:
    head, chunk, end = await Client().sends(GET % (b"stream", b""))
    assert head_and_body(head) == (b"HTTP/1.1 200 OK", b"")
    assert (chunk, end) == (b"6\r\nanswer\r\n", b"0\r\n\r\n")


async def test_the_answer_to_head_has_no_body_to_wait_for() -> None:
    client = Client()
    (piece,) = await client.sends(GET.replace(b"GET", b"HEAD") % (b"whole", b""))
    assert piece.endswith(b"content-length: 6\r\n\r\n")
    (piece,) = await client.sends(GET % (b"whole", b""))
    assert head_and_body(piece) == (b"HTTP/1.1 200 OK", b"answer")


async def test_whoever_waits_with_the_body_is_told_to_go_on_at_once() -> None:
    client = Client()
    sending = asyncio.create_task(client.sends(POST % b"body"))
    await asyncio.wait_for(client.written.wrote.wait(), 5)
    assert client.written.pieces == [b"HTTP/1.1 100 Continue\r\n\r\n"]
    client._protocol.data_received(b"hi")
    _, piece = await sending
    assert head_and_body(piece) == (b"HTTP/1.1 200 OK", b"hi")


async def test_answers_to_pipelined_requests_come_in_their_order() -> None:
    pieces = await Client().sends(GET % (b"whole", b"") + GET % (b"parts", b"") + GET % (b"whole", b""))
    assert [head_and_body(piece)[1] or piece for piece in pieces] == [b"answer", b"ans", b"wer", b"answer"]


@pytest.mark.parametrize(("path", "body"), [(b"whole", b"answer"), (b"empty", b""), (b"broken", b"")])
async def test_a_connection_closes_after_what_was_written(path: bytes, body: bytes) -> None:
    client = Client()
    (piece,) = await client.sends(GET % (path, b"connection: close\r\n"))
    assert head_and_body(piece) == (b"HTTP/1.1 200 OK", body)
    assert client.written.is_closing()

"""GraphQL over SSE in distinct connections mode: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest

from tests.graph.transport.conftest import Serve
from tests.graph.transport.served import Served

STREAM = {"accept": "text/event-stream"}


class Events:
    """Blocks of an event stream: comments as text, events as (name, decoded data)."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def block(self) -> str | tuple[str, Any] | None:
        """The next block; None where the stream ends."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                if not line:
                    break
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
        if "" in fields:
            return fields[""]
        return (fields["event"], orjson.loads(fields["data"] or "null")) if fields else None

    async def event(self) -> tuple[str, Any]:
        """The next event, past comments."""
        while isinstance(block := await self.block(), str):
            pass
        assert block is not None
        return block


@asynccontextmanager
async def stream(served: Served, query: str, **headers: str) -> AsyncIterator[Events]:
    headers = {**STREAM, **headers}
    async with served.http.stream("POST", "/graphql", json={"query": query}, headers=headers) as answer:
        yield Events(answer)


async def test_a_subscription_is_an_event_a_response_and_complete(served: Served) -> None:
    async with stream(served, "subscription { count(to: 2) }") as events:
        assert events.answer.status_code == 200
        assert events.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert await events.event() == ("next", {"data": {"count": 0}})
        assert await events.event() == ("next", {"data": {"count": 1}})
        assert await events.event() == ("complete", None)
        assert await events.block() is None


async def test_queries_and_mutations_can_be_streamed_too(served: Served) -> None:
    for query in ("{ hello }", 'mutation { append(value: "x") }'):
        async with stream(served, query) as events:
            name, response = await events.event()
            assert (name, set(response)) == ("next", {"data"})
            assert await events.event() == ("complete", None)
    assert served.world.appended == ["x"]


async def test_a_subscription_may_come_by_get(served: Served) -> None:
    parameters = {"query": "subscription { count(to: 1) }"}
    async with served.http.stream("GET", "/graphql", params=parameters, headers=STREAM) as answer:
        assert await Events(answer).event() == ("next", {"data": {"count": 0}})


async def test_a_mutation_by_get_is_not_executed(served: Served) -> None:
    answer = await served.http.get("/graphql", params={"query": 'mutation { append(value: "x") }'}, headers=STREAM)
    assert answer.status_code == 405
    assert served.world.appended == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: String!) { hello(name: $n) }", "BAD_USER_INPUT"),
        ("subscription { refused }", "UNAUTHENTICATED"),
    ],
)
async def test_what_is_refused_is_told_in_the_stream(served: Served, query: str, code: str) -> None:
    async with stream(served, query) as events:
        assert events.answer.status_code == 200
        name, response = await events.event()
        assert name == "next"
        assert "data" not in response
        assert response["errors"][0]["extensions"]["code"] == code
        assert await events.event() == ("complete", None)


async def test_what_is_no_request_is_refused_without_a_stream(served: Served) -> None:
    answer = await served.http.post("/graphql", json=[], headers=STREAM)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json; charset=utf-8")


async def test_a_client_that_takes_both_gets_a_stream_only_where_it_needs_one(served: Served) -> None:
    both = "application/json, text/event-stream;q=0.5"
    answer = await served.post("{ hello }", headers={"accept": both})
    assert answer.json() == {"data": {"hello": "Hello, world"}}
    async with stream(served, "subscription { count(to: 1) }", accept=both) as events:
        assert await events.event() == ("next", {"data": {"count": 0}})


async def test_a_slow_subscriber_is_told_to_resume(served: Served) -> None:
    async with stream(served, "subscription { overflowing }") as events:
        assert await events.event() == ("next", {"data": {"overflowing": 0}})
        _, response = await events.event()
        assert response["errors"][0]["extensions"] == {"code": "SLOW_SUBSCRIBER"}
        assert "cursor" in response["errors"][0]["message"]
        assert await events.event() == ("complete", None)


async def test_a_quiet_stream_is_kept_alive(serve: Serve) -> None:
    served = await serve(keep_alive_seconds=0.05)
    async with stream(served, "subscription { forever }") as events:
        assert await events.event() == ("next", {"data": {"forever": 0}})
        assert await events.block() == "keep-alive"
        assert await events.block() == "keep-alive"


async def test_the_source_is_closed_when_the_client_goes_away(served: Served) -> None:
    async with stream(served, "subscription { forever }") as events:
        await events.event()
    async with asyncio.timeout(5):
        await served.world.cancelled.acquire()


async def test_a_client_that_does_not_read_is_given_up(serve: Serve) -> None:
    served = await serve(send_seconds=0.2, deaf_seconds=0.5)
    async with stream(served, "subscription { flood }"):
        async with asyncio.timeout(10):
            await served.world.cancelled.acquire()
        assert (await served.post("{ hello }")).status_code == 200
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            await served.settled(lambda: len(served.uvicorn.server_state.connections) == 1)


async def test_draining_ends_streams_and_takes_no_more(serve: Serve) -> None:
    served = await serve()
    async with stream(served, "subscription { forever }") as events:
        await events.event()
        await served.endpoint.drain()
        assert await events.block() is None
    await served.world.cancelled.acquire()
    async with stream(served, "subscription { forever }") as events:
        assert events.answer.status_code == 503

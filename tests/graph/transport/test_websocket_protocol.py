"""The rules of graphql-transport-ws: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md."""

from typing import Any

import pytest

from tests.graph.transport.conftest import Serve
from tests.graph.transport.served import Served

BAD_MESSAGE = 4400


@pytest.mark.parametrize("spoken", [None, ["graphql-ws"]])
async def test_another_subprotocol_is_not_acceptable(served: Served, spoken: Any) -> None:
    async with served.connect(subprotocols=spoken) as socket:
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_the_subprotocol_is_chosen_among_several(served: Served) -> None:
    async with served.connect(init={}, subprotocols=["graphql-ws", "graphql-transport-ws"]) as socket:
        assert socket.connection.subprotocol == "graphql-transport-ws"


async def test_initialisation_needs_no_payload(served: Served) -> None:
    async with served.connect() as socket:
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}


async def test_initialisation_is_not_waited_for_for_ever(serve: Serve) -> None:
    served = await serve(init_seconds=0.1)
    async with served.connect() as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")
    async with served.connect(init={}) as socket:
        await socket.subscribe("1", "{ slow }")
        await served.world.begun.acquire()
        served.world.go_on.set()
        assert (await socket.receive())["type"] == "next"


async def test_initialising_twice_is_too_often(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.send(type="connection_init")
        assert await socket.closed() == (4429, "Too many initialisation requests")


@pytest.mark.parametrize("authorization", ["Bearer stale", "ada-token", 7, ["Bearer ada-token"]])
async def test_credentials_that_prove_nobody_are_forbidden(served: Served, authorization: Any) -> None:
    async with served.connect() as socket:
        await socket.send(type="connection_init", payload={"authorization": authorization})
        assert await socket.closed() == (4403, "Forbidden")


async def test_no_credentials_are_nobody(served: Served) -> None:
    async with served.connect(init={"authorization": None}) as socket:
        await socket.subscribe("1", "{ viewer }")
        assert (await socket.receive())["payload"] == {"data": {"viewer": None}}


async def test_clients_come_back_when_sessions_can_be_looked_up_again(served: Served) -> None:
    served.world.sessions_available = False
    async with served.connect() as socket:
        await socket.send(type="connection_init", payload={"authorization": "Bearer ada-token"})
        assert (await socket.closed())[0] == 1013


async def test_subscribing_before_the_acknowledgement_is_unauthorized(served: Served) -> None:
    async with served.connect() as socket:
        await socket.subscribe("1", "{ hello }")
        assert await socket.closed() == (4401, "Unauthorized")


async def test_a_query_is_next_and_complete(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe(
            "q", "query Q($n: String!) { hello(name: $n) }", variables={"n": "Ada"}, operationName="Q"
        )
        assert await socket.receive() == {"id": "q", "type": "next", "payload": {"data": {"hello": "Hello, Ada"}}}
        assert await socket.receive() == {"id": "q", "type": "complete"}


async def test_a_mutation_is_executed_once(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("m", 'mutation { a: append(value: "1") b: append(value: "2") }')
        assert (await socket.receive())["payload"] == {"data": {"a": ["1"], "b": ["1", "2"]}}
        assert (await socket.receive())["type"] == "complete"
    assert served.world.appended == ["1", "2"]


async def test_a_subscription_is_a_next_an_event_and_complete(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe('odd "id"', "subscription { count(to: 2) }")
        for number in range(2):
            payload = {"data": {"count": number}}
            assert await socket.receive() == {"id": 'odd "id"', "type": "next", "payload": payload}
        assert await socket.receive() == {"id": 'odd "id"', "type": "complete"}


async def test_an_id_is_free_again_after_its_operation(served: Served) -> None:
    async with served.connect(init={}) as socket:
        for _ in range(3):
            await socket.subscribe("same", "{ hello }")
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"


async def test_an_id_in_use_closes_the_socket(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("same", "subscription { forever }")
        await socket.receive()
        await socket.subscribe("same", "{ hello }")
        assert await socket.closed() == (4409, "Subscriber for same already exists")
    await served.world.cancelled.acquire()


async def test_a_reason_is_cut_to_what_a_frame_holds(served: Served) -> None:
    async with served.connect(init={}) as socket:
        long = "é" * 200
        await socket.subscribe(long, "subscription { forever }")
        await socket.subscribe(long, "{ hello }")
        code, reason = await socket.closed()
        assert code == 4409
        assert reason is not None
        assert len(reason.encode()) <= 123


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: String!) { hello(name: $n) }", "BAD_USER_INPUT"),
        ("{ " + "a: hello " * 31 + "}", "OPERATION_TOO_EXPENSIVE"),
        ("subscription { refused }", "UNAUTHENTICATED"),
        ("subscription ($to: Int!) { count(to: $to) }", "BAD_USER_INPUT"),
    ],
)
async def test_what_is_refused_is_an_error_and_no_complete(served: Served, query: str, code: str) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("1", query)
        message = await socket.receive()
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == code
        await socket.subscribe("2", "{ hello }")
        assert (await socket.receive())["id"] == "2"


async def test_errors_of_fields_are_in_next(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.subscribe("1", "{ hello away }")
        message = await socket.receive()
        assert message["type"] == "next"
        assert message["payload"]["data"] == {"hello": "Hello, world", "away": None}
        assert message["payload"]["errors"][0]["extensions"]["store"] == "cassandra"


async def test_a_ping_is_answered_with_its_payload_at_any_time(served: Served) -> None:
    async with served.connect() as socket:
        await socket.send(type="ping", payload={"n": 1})
        assert await socket.receive() == {"type": "pong", "payload": {"n": 1}}
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_a_pong_that_nobody_asked_for_is_fine(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.send(type="pong", payload={"n": 1})
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_the_server_pings(serve: Serve) -> None:
    served = await serve(ping_seconds=0.05)
    async with served.connect(init={}) as socket:
        for _ in range(2):
            assert await socket.receive() == {"type": "ping"}
            await socket.send(type="pong")


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "",
        "7",
        "[]",
        "null",
        "{}",
        '{"type": 7}',
        '{"type": "start", "id": "1", "payload": {"query": "{ hello }"}}',
        '{"type": "connection_ack"}',
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "ping", "payload": 7}',
        '{"type": "pong", "payload": "x"}',
        '{"type": "complete"}',
        '{"type": "subscribe", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": "{ hello }"}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 7}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "extensions": ""}}',
        b'{"type": "ping"}',
    ],
)
async def test_a_bad_message_closes_the_socket(served: Served, text: str | bytes) -> None:
    async with served.connect(init={}) as socket:
        await socket.connection.send(text)
        code, reason = await socket.closed()
        assert code == BAD_MESSAGE
        assert reason


async def test_a_bad_payload_of_the_initialisation_closes_the_socket(served: Served) -> None:
    async with served.connect() as socket:
        await socket.send(type="connection_init", payload="Bearer ada-token")
        assert (await socket.closed())[0] == BAD_MESSAGE


@pytest.mark.parametrize("size", [2_000, 5_000])
async def test_a_message_is_bounded(serve: Serve, size: int) -> None:
    served = await serve(body_bytes=1_000)
    async with served.connect(init={}) as socket:
        await socket.send(type="ping", payload={"x": "x" * size})
        assert (await socket.closed())[0] == 1009


async def test_completing_what_is_not_there_is_fine(served: Served) -> None:
    async with served.connect(init={}) as socket:
        await socket.send(type="complete", id="unknown")
        await socket.subscribe("1", "{ hello }")
        assert (await socket.receive())["type"] == "next"

"""GraphQL over HTTP, as https://graphql.github.io/graphql-over-http/draft/ has it."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.graph.transport.conftest import Serve
from tests.graph.transport.served import Served

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


def code(answer: httpx.Response) -> Any:
    return answer.json()["errors"][0]["extensions"]["code"]


async def test_a_query_is_answered_in_json(served: Served) -> None:
    answer = await served.post("query Hi($n: String!) { hello(name: $n) }", variables={"n": "Ada"}, operationName="Hi")
    assert answer.status_code == 200
    assert answer.json() == {"data": {"hello": "Hello, Ada"}}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", JSON),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"text/plain, {GRAPHQL}; charset=utf-8; q=0.2", GRAPHQL),
        (f"{JSON};q=0, */*", GRAPHQL),
        ("multipart/mixed, */*;q=0.1", JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_is_preferred(served: Served, accept: str, media_type: str) -> None:
    answer = await served.post("{ hello }", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"


async def test_without_accept_the_answer_is_graphqls_own(served: Served) -> None:
    request = served.http.build_request("POST", "/graphql", json={"query": "{ hello }"})
    del request.headers["accept"]
    answer = await served.http.send(request)
    assert answer.headers["content-type"].startswith(GRAPHQL)


@pytest.mark.parametrize("accept", ["image/png", f"{JSON};q=0", "text/html"])
async def test_what_is_not_on_offer_is_not_acceptable(served: Served, accept: str) -> None:
    answer = await served.post("{ hello }", headers={"accept": accept})
    assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nonsense }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query ($n: String!) { hello(name: $n) }"}, "BAD_USER_INPUT"),
        ({"query": "query A { hello } query B { hello }"}, "BAD_USER_INPUT"),
        ({"query": "query A { hello }", "operationName": "B"}, "BAD_USER_INPUT"),
        ({"query": "{ " + "a: hello " * 31 + "}"}, "OPERATION_TOO_EXPENSIVE"),
    ],
)
async def test_a_refused_operation_is_400_or_in_plain_json_200(
    served: Served, request_: dict[str, Any], expected: str
) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        answer = await served.http.post("/graphql", json=request_, headers={"accept": accept})
        assert (answer.status_code, code(answer)) == (status, expected)
        assert "data" not in answer.json()


async def test_errors_of_fields_come_with_data_and_200(served: Served) -> None:
    answer = await served.post("{ hello away }", headers={"accept": GRAPHQL})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"hello": "Hello, world", "away": None}
    assert answer.json()["errors"][0]["path"] == ["away"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"nonsense", 400),
        (b'{"query": "{ hel', 400),
        (b"\xff\xfe", 400),
        (b'{"query": "\xff"}', 400),
        (b"[]", 400),
        (b'[{"query": "{ hello }"}]', 400),
        (b"7", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"query": 7}', 400),
        (b'{"query": null}', 400),
        (b'{"query": "{ hello }", "variables": []}', 400),
        (b'{"query": "{ hello }", "variables": "{}"}', 400),
        (b'{"query": "{ hello }", "operationName": 1}', 400),
        (b'{"query": "{ hello }", "operationName": false}', 400),
        (b'{"query": "{ hello }", "extensions": 0}', 400),
        (b'{"query": "{ hello }", "variables": {"n": NaN}}', 400),
        (b"[" * 100_000, 400),
        (b'{"query": "{ hello }"}' + b" " * 256 * 1024, 413),
    ],
)
async def test_what_is_no_request_is_refused_whatever_is_accepted(served: Served, body: bytes, status: int) -> None:
    for accept in (GRAPHQL, JSON):
        headers = {"content-type": JSON, "accept": accept}
        answer = await served.http.post("/graphql", content=body, headers=headers)
        assert answer.status_code == status
        assert code(answer) == ("BODY_TOO_LARGE" if status == 413 else "BAD_USER_INPUT")


async def test_a_body_of_unknown_length_is_bounded_too(served: Served) -> None:
    async def endless() -> Any:
        for _ in range(300):
            yield b" " * 1024

    answer = await served.http.post("/graphql", content=endless(), headers={"content-type": JSON})
    assert (answer.status_code, code(answer)) == (413, "BODY_TOO_LARGE")


async def test_a_body_that_does_not_arrive_is_not_waited_for(serve: Serve) -> None:
    served = await serve(execution_seconds=0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    head = f"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: {JSON}\r\ncontent-length: 50\r\n\r\n"
    writer.write(head.encode() + b'{"query"')
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": f"{JSON}; charset=latin-1"},
        {"content-type": JSON, "content-encoding": "gzip"},
        {},
    ],
)
async def test_other_media_types_of_a_body_are_unsupported(served: Served, headers: dict[str, str]) -> None:
    answer = await served.http.post("/graphql", content=b'{"query": "{ hello }"}', headers=headers)
    assert (answer.status_code, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_query_may_come_by_get(served: Served) -> None:
    parameters = {
        "query": "query A($n: String!) { hello(name: $n) } query B { __typename }",
        "variables": '{"n": "Ada"}',
        "operationName": "A",
        "extensions": "",
    }
    answer = await served.http.get("/graphql", params=parameters)
    assert answer.json() == {"data": {"hello": "Hello, Ada"}}
    answer = await served.http.get("/graphql", params={"query": "{ hello }", "operationName": ""})
    assert answer.json() == {"data": {"hello": "Hello, world"}}


@pytest.mark.parametrize(
    "parameters", [{}, {"query": "{ hello }", "variables": "[]"}, {"query": "{ hello }", "variables": "{"}]
)
async def test_odd_parameters_of_a_get_are_refused(served: Served, parameters: dict[str, str]) -> None:
    answer = await served.http.get("/graphql", params=parameters)
    assert (answer.status_code, code(answer)) == (400, "BAD_USER_INPUT")


async def test_a_mutation_by_get_is_not_executed(served: Served) -> None:
    answer = await served.http.get("/graphql", params={"query": 'mutation { append(value: "x") }'})
    assert (answer.status_code, code(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert "POST" in answer.headers["allow"]
    assert served.world.appended == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_allowed(served: Served, method: str) -> None:
    answer = await served.http.request(method, "/graphql", json={"query": "{ hello }"})
    assert answer.status_code == 405


async def test_options_says_what_is_allowed(served: Served) -> None:
    answer = await served.http.options("/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, POST, OPTIONS")


async def test_other_paths_are_none_of_its(served: Served) -> None:
    answer = await served.http.get("/graphql/")
    assert (answer.status_code, answer.headers["location"]) == (307, f"http://127.0.0.1:{served.port}/graphql")
    assert (await served.http.get("/graph")).status_code == 404


async def test_a_browser_gets_the_page(served: Served) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = await served.http.get("/graphql", headers={"accept": accept})
    assert "GraphiQL" in answer.text


async def test_a_page_that_breaks_is_an_internal_error(served: Served) -> None:
    answer = await served.http.get("/graphql?broken", headers={"accept": "text/html"})
    assert (answer.status_code, code(answer)) == (500, "INTERNAL")
    assert "hunter2" not in answer.text


async def test_a_subscription_needs_a_stream(served: Served) -> None:
    answer = await served.post("subscription { count(to: 1) }")
    assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")


async def test_work_stops_when_the_client_goes_away(served: Served) -> None:
    asking = asyncio.create_task(served.post("{ slow }"))
    await served.world.begun.acquire()
    asking.cancel()
    async with asyncio.timeout(5):
        await served.world.cancelled.acquire()
    assert (await served.post("{ hello }")).status_code == 200


async def test_an_operation_that_takes_too_long_is_stopped(serve: Serve) -> None:
    served = await serve(execution_seconds=0.1)
    answer = await served.post("{ slow }", headers={"accept": GRAPHQL})
    assert (answer.status_code, code(answer)) == (504, "OPERATION_TIMED_OUT")
    async with asyncio.timeout(5):
        await served.world.cancelled.acquire()


async def test_an_answer_that_is_not_json_is_an_internal_error(served: Served) -> None:
    answer = await served.post("{ huge }", headers={"accept": GRAPHQL})
    assert (answer.status_code, answer.json()["data"], code(answer)) == (200, None, "INTERNAL")


async def test_cost_and_round_trips_are_reported_on_request(served: Served) -> None:
    answer = await served.post("{ hello asked }", extensions={"cost": True, "roundTrips": True})
    assert answer.json()["extensions"] == {
        "cost": {"requested": 2, "limit": 5000},
        "roundTrips": {"postgresql": {"waves": 1, "statements": 1}},
    }
    assert "extensions" not in (await served.post("{ asked }")).json()

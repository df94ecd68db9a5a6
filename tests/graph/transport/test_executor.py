"""Operations prepared once, executed within limits, each in a context of its own."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from graphql import get_introspection_query

from datasources.layers.round_trips import round_trips
from graph.errors import Code, RequestError
from graph.execution.documents import Documents
from graph.execution.executor import Executor
from graph.limits import Limits
from tests.graph.transport.schema import SCHEMA, Context, World

CORE = SCHEMA._schema


@pytest.fixture
def executor() -> Executor:
    return Executor(CORE, Limits())


def context(world: World | None = None) -> Context:
    return Context(world or World(), None)


async def run(executor: Executor, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    return await executor.execute(executor.prepare(query, None), variables, context())


def refused(executor: Executor, query: str, operation_name: str | None = None) -> RequestError:
    with pytest.raises(RequestError) as raised:
        executor.prepare(query, operation_name)
    return raised.value


async def test_a_strawberry_resolver_finds_its_context(executor: Executor) -> None:
    world = World()
    prepared = executor.prepare('mutation { append(value: "x") }', None)
    assert await executor.execute(prepared, None, context(world)) == {"data": {"append": ["x"]}}
    assert world.appended == ["x"]


async def test_a_store_that_was_away_is_named_beside_the_data(executor: Executor) -> None:
    prepared = executor.prepare("{ hello }", None)
    lacking = context()
    lacking.outages = frozenset({"mongodb", "cassandra"})

    answer = await executor.execute(prepared, None, lacking)

    assert answer["data"] == {"hello": "Hello, world"}
    assert [each["extensions"] for each in answer["errors"]] == [
        {"code": Code.STORE_UNAVAILABLE, "store": store} for store in ("cassandra", "mongodb")
    ]
    assert not any("path" in each for each in answer["errors"])


async def test_root_fields_of_a_mutation_run_in_order(executor: Executor) -> None:
    query = "mutation { " + " ".join(f'm{n}: append(value: "{n}")' for n in range(9)) + " }"
    answer = await run(executor, query)
    assert answer["data"]["m8"] == [str(n) for n in range(9)]


@pytest.mark.parametrize(
    "query",
    [
        "{{ hello(name: {0}) }}",
        "{{ hello @include(if: {0}) }}",
        "query ($n: String = {0}) {{ hello(name: $n) }}",
        "subscription {{ count(to: {0}) }}",
        "{{ hello(name: [{{ x: {0}.5 }}]) }}",
    ],
)
def test_a_number_without_end_is_refused_before_it_is_converted(executor: Executor, query: str) -> None:
    error = refused(executor, query.format("1" * 5_000))
    assert error.code is Code.GRAPHQL_VALIDATION_FAILED
    [only] = error.errors
    assert only["message"] == "A number must have no more than 40 characters."
    assert only["locations"][0]["line"] == 1


def test_what_a_message_echoes_is_cut(executor: Executor) -> None:
    name = "x" * 5_000
    error = refused(executor, f"{{ {name} }}")
    assert error.code is Code.GRAPHQL_VALIDATION_FAILED
    assert [len(each["message"]) for each in error.errors] == [300]


async def test_a_document_is_prepared_once(executor: Executor) -> None:
    query = "query A { hello } query B { asked }"
    assert executor.prepare(query, "A") is executor.prepare(query, "A")
    assert executor.prepare(query, "A").document is executor.prepare(query, "B").document


def test_documents_are_kept_within_their_number_and_tokens() -> None:
    few = Documents(CORE, Limits(cached_documents=2))
    first = few.prepare("{ hello }", None)
    few.prepare("{ asked }", None)
    assert few.prepare("{ hello }", None) is first
    few.prepare("{ secret }", None)
    assert len(few) == 2
    assert few.prepare("{ hello }", None) is first
    small = Documents(CORE, Limits(cached_tokens=10))
    for n in range(5):
        small.prepare(f"{{ a{n}: hello }}", None)
    assert 0 < len(small) <= 2


def test_what_is_refused_is_not_kept() -> None:
    documents = Documents(CORE, Limits())
    for query in ("{", "{ nonsense }"):
        with pytest.raises(RequestError):
            documents.prepare(query, None)
    assert len(documents) == 0


@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        ("{", None, Code.GRAPHQL_PARSE_FAILED),
        ("", None, Code.GRAPHQL_PARSE_FAILED),
        ("{ nonsense }", None, Code.GRAPHQL_VALIDATION_FAILED),
        ("{ hello @defer }", None, Code.GRAPHQL_VALIDATION_FAILED),
        ("subscription { a: count(to: 1) b: count(to: 1) }", None, Code.GRAPHQL_VALIDATION_FAILED),
        ("fragment F on Query { hello }", None, Code.BAD_USER_INPUT),
        ("query A { hello } query B { hello }", None, Code.BAD_USER_INPUT),
        ("query A { hello }", "C", Code.BAD_USER_INPUT),
        ("{ " + "hello " * 999 + "}", None, Code.OPERATION_TOO_EXPENSIVE),
        ("#\n" * 1_001 + "{ hello }", None, Code.OPERATION_TOO_EXPENSIVE),
        ("{a " * 300 + "}" * 300, None, Code.OPERATION_TOO_EXPENSIVE),
    ],
)
def test_a_refusal_has_its_code(executor: Executor, query: str, name: str | None, code: Code) -> None:
    assert refused(executor, query, name).code is code


async def test_variables_that_do_not_fit_are_bad_input(executor: Executor) -> None:
    answer = await run(executor, "query ($n: String!) { hello(name: $n) }", {"n": 7})
    assert "data" not in answer
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 8}]


async def test_introspection_and_suggestions_can_be_off() -> None:
    closed = Executor(CORE, Limits(), introspection=False, suggestions=False)
    assert "introspection" in str(refused(closed, "{ __schema { queryType { name } } }"))
    assert refused(closed, "{ hell }").errors[0]["message"] == "Cannot query field 'hell' on type 'Query'."
    assert "data" in await run(closed, "{ __typename }")


async def test_the_standard_introspection_query_is_answered(executor: Executor) -> None:
    query = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True)
    answer = await run(executor, query)
    assert answer["data"]["__schema"]["queryType"] == {"name": "Query", "kind": "OBJECT"}
    assert "errors" not in answer
    assert "Did you mean" in str(refused(executor, "{ hell }"))


async def test_each_operation_counts_its_own_round_trips(executor: Executor) -> None:
    contexts = [context(), context()]
    prepared = executor.prepare("{ a: asked b: asked }", None)
    await asyncio.gather(*(executor.execute(prepared, None, each) for each in contexts))
    assert [each.trips.report()["postgresql"]["statements"] for each in contexts] == [2, 2]
    assert round_trips.get() is None


async def test_an_operation_has_its_time() -> None:
    executor = Executor(CORE, Limits(execution_seconds=0.05))
    world = World()
    answer = await executor.execute(executor.prepare("{ slow }", None), None, context(world))
    assert answer["errors"][0]["extensions"] == {"code": "OPERATION_TIMED_OUT"}
    assert "data" not in answer
    await asyncio.wait_for(world.cancelled.acquire(), 1)


async def test_each_event_is_executed_with_a_fresh_context(executor: Executor) -> None:
    contexts: list[Context] = []

    def new_context() -> Context:
        contexts.append(context())
        return contexts[-1]

    prepared = executor.prepare("subscription ($to: Int!) { count(to: $to) }", None)
    async with aclosing(await executor.subscribe(prepared, {"to": 2}, new_context)) as stream:
        assert [response async for response in stream] == [{"data": {"count": 0}}, {"data": {"count": 1}}]
    assert len(contexts) == 3


@pytest.mark.parametrize(
    ("query", "code"),
    [("subscription ($to: Int!) { count(to: $to) }", Code.BAD_USER_INPUT), ("{ hello }", Code.BAD_USER_INPUT)],
)
async def test_a_stream_that_cannot_be_had_is_refused(executor: Executor, query: str, code: Code) -> None:
    with pytest.raises(RequestError) as raised:
        await executor.subscribe(executor.prepare(query, None), None, context)
    assert raised.value.code is code


async def test_a_source_that_breaks_ends_the_stream_with_its_code(executor: Executor) -> None:
    prepared = executor.prepare("subscription { overflowing }", None)
    async with aclosing(await executor.subscribe(prepared, None, context)) as stream:
        assert await anext(stream) == {"data": {"overflowing": 0}}
        with pytest.raises(RequestError) as raised:
            await anext(stream)
    assert raised.value.code is Code.SLOW_SUBSCRIBER


async def test_cancelling_the_reader_closes_the_source(executor: Executor) -> None:
    world = World()
    prepared = executor.prepare("subscription { forever }", None)

    async def read() -> None:
        async with aclosing(await executor.subscribe(prepared, None, lambda: context(world))) as stream:
            async for _ in stream:
                pass

    reader = asyncio.create_task(read())
    await world.begun.acquire()
    reader.cancel()
    await asyncio.wait_for(world.cancelled.acquire(), 1)
    await asyncio.wait({reader})
    assert reader.cancelled()


async def test_a_stream_closed_between_events_closes_its_source(executor: Executor) -> None:
    world = World()
    prepared = executor.prepare("subscription { forever }", None)
    stream = await executor.subscribe(prepared, None, lambda: context(world))
    await anext(stream)
    await stream.aclose()
    await asyncio.wait_for(world.cancelled.acquire(), 1)

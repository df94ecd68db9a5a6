"""Subscriptions: the source stream, one response an event, and an end that the source is told of once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, parse, subscribe
from graphql.pyutils import is_awaitable

from graph.execution.compiler import compile_operation
from tests.execution.executors import Answer

SCHEMA = """
  type Query { hello: String }
  type Event { number: Int, strict: Int!, text(of: Int = 1): String }
  type Subscription { events(to: Int): Event, strict: Event!, plain: Int }
"""


def schema_with(source: Any, field: str = "events", **resolvers: Callable[..., Any]) -> GraphQLSchema:
    schema = build_schema(SCHEMA)
    schema.type_map["Subscription"].fields[field].subscribe = source  # type: ignore[attr-defined] # an object type
    for name, resolve in resolvers.items():
        schema.type_map["Event"].fields[name].resolve = resolve  # type: ignore[attr-defined] # an object type
    return schema


async def heard(stream: Any) -> list[Answer] | Answer:
    """All that a subscription answers."""
    if isinstance(stream, ExecutionResult):
        return Answer.of(stream)
    async with aclosing(stream):
        return [Answer.of(result) async for result in stream]


async def both(
    schema: GraphQLSchema, document: str, root: Any = None, variables: dict[str, Any] | None = None
) -> list[Answer] | Answer:
    """The responses, which are the same by both."""
    parsed = parse(document)
    by_core = subscribe(schema, parsed, root_value=root, variable_values=variables)
    expected = await heard(await by_core if is_awaitable(by_core) else by_core)
    operation = compile_operation(schema, parsed)
    assert await heard(await operation.subscribe(root_value=root, variable_values=variables)) == expected
    return expected


async def counted(_: object, __: object, to: int | None = 3) -> AsyncIterator[Any]:
    for number in range(to or 0):
        yield {"events": {"number": number, "strict": number or None}}
        await asyncio.sleep(0)


def data_of(answers: list[Answer] | Answer) -> list[Any]:
    assert isinstance(answers, list)
    return [each.raw for each in answers]


async def test_each_event_is_answered_in_its_order() -> None:
    answers = await both(
        schema_with(counted), "subscription ($n: Int) { e: events(to: $n) { number } }", None, {"n": 2}
    )
    # The event is read under the field's name, the response has its alias.
    assert data_of(answers) == [{"e": {"number": 0}}, {"e": {"number": 1}}]


async def test_an_error_in_one_event_is_that_events_alone() -> None:
    answers = await both(schema_with(counted), "subscription { events { strict } }")
    assert isinstance(answers, list)
    assert [each.raw for each in answers] == [{"events": None}, {"events": {"strict": 1}}, {"events": {"strict": 2}}]
    assert [each.errors and each.errors[0].path for each in answers] == [("events", "strict"), None, None]


async def test_the_order_holds_where_an_early_event_is_answered_late() -> None:
    async def text(source: dict[str, int], _: object, of: int) -> str:
        for _turn in range(5 - source["number"]):
            await asyncio.sleep(0)
        return f"{source['number']} {of}"

    answers = await both(schema_with(counted, text=text), "subscription { events { text } }")
    assert data_of(answers) == [{"events": {"text": f"{number} 1"}} for number in range(3)]


async def test_the_field_is_resolved_for_each_event() -> None:
    schema = schema_with(counted)
    schema.type_map["Subscription"].fields["events"].resolve = (  # type: ignore[attr-defined] # an object type
        lambda event, info, to=None: {"number": [event["events"]["number"], info.root_value is event, to][0]}
    )
    assert data_of(await both(schema, "subscription { events { number } }"))[-1] == {"events": {"number": 2}}


def failing(*_: Any, **__: Any) -> Any:
    raise ValueError("no source")


async def failing_later(*_: Any, **__: Any) -> Any:
    raise ValueError("no source")


def returning(*_: Any, **__: Any) -> Any:
    return ValueError("no source")


async def returning_later(*_: Any, **__: Any) -> Any:
    return ValueError("no source")


@pytest.mark.parametrize("source", [failing, failing_later, returning, returning_later])
async def test_a_source_that_cannot_be_had_is_an_answer_with_its_error(source: Any) -> None:
    answer = await both(schema_with(source), "subscription { events { number } }")
    assert isinstance(answer, Answer)
    assert answer.raw is None
    assert answer.errors is not None
    assert (answer.errors[0].message, answer.errors[0].path) == ("no source", ("events",))


async def test_an_awaited_source_is_a_source() -> None:
    async def source(_: object, info: Any) -> Any:
        return counted(None, info, 1)

    assert data_of(await both(schema_with(source), "subscription { events { number } }")) == [{"events": {"number": 0}}]


@pytest.mark.parametrize("value", [None, 5, "text", [1, 2]])
async def test_a_source_must_be_a_stream(value: Any) -> None:
    answer = await both(schema_with(lambda *_, **__: value), "subscription { events { number } }")
    assert isinstance(answer, Answer)
    assert answer.errors is not None
    assert answer.errors[0].message == f"Subscription field must return AsyncIterable. Received: {value!r}."


async def test_variables_that_do_not_fit_are_an_answer_with_their_error() -> None:
    document = "subscription ($n: Int!) { events(to: $n) { number } }"
    answer = await both(schema_with(counted), document, None, {"n": "x"})
    assert isinstance(answer, Answer)
    assert answer.errors is not None
    assert answer.errors[0].path is None


async def test_the_source_may_be_a_method_of_the_root() -> None:
    schema = build_schema(SCHEMA)
    answers = await both(
        schema, "subscription { events(to: 1) { number } }", {"events": lambda info, to: counted(None, info, to)}
    )
    assert data_of(answers) == [{"events": {"number": 0}}]


class Source:
    """Counts how often it is closed, and can break."""

    def __init__(self, events: int = 3, breaks: Exception | None = None) -> None:
        self.left = events
        self.breaks = breaks
        self.closed = 0

    def __aiter__(self) -> "Source":
        return self

    async def __anext__(self) -> Any:
        if self.left == 0:
            if self.breaks is not None:
                raise self.breaks
            raise StopAsyncIteration
        self.left -= 1
        return {"plain": self.left}

    async def aclose(self) -> None:
        self.closed += 1


async def stream_of(source: Source) -> Any:
    schema = schema_with(lambda *_: source, "plain")
    return await compile_operation(schema, parse("subscription { plain }")).subscribe()


async def test_closing_before_the_first_event_closes_the_source_once() -> None:
    source = Source()
    stream = await stream_of(source)
    await stream.aclose()
    await stream.aclose()
    assert source.closed == 1
    assert [each async for each in stream] == []


async def test_closing_between_events_closes_the_source_once() -> None:
    source = Source()
    stream = await stream_of(source)
    assert (await anext(stream)).data == {"plain": 2}
    await stream.aclose()
    await stream.aclose()
    assert source.closed == 1
    assert source.left == 2


async def test_a_source_that_breaks_breaks_the_stream() -> None:
    """The specification: the response stream completes with the source stream's error."""
    source = Source(1, ValueError("broken"))
    stream = await stream_of(source)
    assert (await anext(stream)).data == {"plain": 0}
    with pytest.raises(ValueError, match="broken"):
        await anext(stream)
    assert source.closed == 1
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_stream_that_ended_stays_ended() -> None:
    stream = await stream_of(Source(1))
    assert [each.data async for each in stream] == [{"plain": 0}]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    await stream.aclose()


async def test_cancelling_who_waits_for_an_event_closes_the_source() -> None:
    waiting, closed = asyncio.Event(), asyncio.Event()

    async def source(*_: Any) -> AsyncIterator[Any]:
        try:
            waiting.set()
            await asyncio.Event().wait()
            yield {}
        finally:
            closed.set()

    schema = schema_with(source, "plain")
    stream: Any = await compile_operation(schema, parse("subscription { plain }")).subscribe()
    reader = asyncio.create_task(anext(stream))
    await waiting.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    async with asyncio.timeout(5):
        await closed.wait()


async def test_a_generator_that_was_never_begun_can_be_closed() -> None:
    begun: list[int] = []

    async def source(*_: Any) -> AsyncIterator[Any]:
        begun.append(1)
        yield {"plain": 1}

    stream: Any = await compile_operation(schema_with(source, "plain"), parse("subscription { plain }")).subscribe()
    await stream.aclose()
    assert begun == []


async def test_each_event_has_a_context_of_its_own() -> None:
    contexts: list[object] = []

    def number(source: dict[str, int], info: Any) -> int:
        contexts.append(info.context)
        return source["number"]

    operation = compile_operation(schema_with(counted, number=number), parse("subscription { events { number } }"))
    made: list[object] = []

    def new_context() -> object:
        made.append(object())
        return made[-1]

    stream: Any = await operation.subscribe(new_context=new_context)
    assert len([each async for each in stream]) == 3
    assert contexts == made

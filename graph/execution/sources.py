"""The source of a subscription: the stream of events that its root field gives, and the responses to them."""

import inspect as python_inspect
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from graphql import ExecutionResult, GraphQLError, default_field_resolver, located_error
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path, inspect, is_async_iterable, is_awaitable

from graph.execution.run import Run

if TYPE_CHECKING:
    from graph.execution.plan import Field


def source_of(fields: "list[Field]", run: Run) -> Any:
    """The stream of the operation's one root field, or what can be awaited for it; raises located `GraphQLError`."""
    if not fields:
        raise GraphQLError("The subscription selects no field that is defined.", run.planner.operation)
    field = fields[0]
    path = Path(None, field.key, field.parent.name)
    try:
        variables = run.full_variables()
        detail = field.details[0]
        arguments = get_argument_values(field.definition, detail.node, variables, detail.fragment_variable_values)
        subscribe = field.definition.subscribe or default_field_resolver
        found = subscribe(run.root, run.info(field, path), **arguments)
        if is_awaitable(found):
            return _awaited(found, field, path)
        return _stream(found)
    except Exception as error:
        raise located_error(error, field.nodes, path.as_list()) from error


async def _awaited(found: Awaitable[Any], field: "Field", path: Path) -> AsyncIterable[Any]:
    try:
        return _stream(await found)
    except Exception as error:
        raise located_error(error, field.nodes, path.as_list()) from error


def _stream(found: Any) -> AsyncIterable[Any]:
    if isinstance(found, Exception):
        raise found
    if not is_async_iterable(found):
        raise GraphQLError(f"Subscription field must return AsyncIterable. Received: {inspect(found)}.")
    stream: AsyncIterable[Any] = found
    return stream


class EventStream:
    """One response an event, in their order; closing it ends the source, begun or not."""

    def __init__(self, source: AsyncIterable[Any], respond: Callable[[object], Awaitable[ExecutionResult]]) -> None:
        self._source = aiter(source)
        self._respond = respond
        self._closed = False

    def __aiter__(self) -> "EventStream":
        return self

    async def __anext__(self) -> ExecutionResult:
        if self._closed:
            raise StopAsyncIteration
        try:
            return await self._respond(await anext(self._source))
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        close = getattr(self._source, "aclose", None)
        if close is not None:
            closing = close()
            if python_inspect.isawaitable(closing):
                await closing

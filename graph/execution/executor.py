"""Executes prepared operations on graphql-core."""

from asyncio import timeout
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol, cast

import graphql
from graphql import ExecutionResult, GraphQLSchema, OperationType
from graphql.execution import create_source_event_stream, execute_root_selection_set, execute_subscription_event

from datasources.errors import Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips
from graph.errors import Code, RequestError, error, of_document, of_exception, of_execution
from graph.execution.documents import Documents, Prepared
from graph.limits import Limits, measure, refuse_beyond
from resolvers.viewer import Viewer

Response = dict[str, Any]
"""`data`, `errors`, `extensions`, as the specification's chapter "Response" has them."""

Variables = Mapping[str, Any]


class Context(Protocol):
    """What one operation, or one event of a subscription, is executed with; made anew for each."""

    @property
    def viewer(self) -> Viewer | None: ...

    @property
    def trips(self) -> RoundTrips: ...

    @property
    def outages(self) -> frozenset[str]:
        """Stores that were away while something was read that came in part all the same."""


class Executor:
    """Operations of one schema, within limits. Resolvers find the context as `info.context`."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, introspection: bool = True, suggestions: bool = True
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._suggestions = suggestions
        self._documents = Documents(schema, limits, introspection=introspection, suggestions=suggestions)

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """The operation to execute, from the cache if it was asked for before.

        Raises `RequestError` with GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, OPERATION_TOO_EXPENSIVE, or
        BAD_USER_INPUT where `operation_name` does not name one of the document's operations.
        """
        return self._documents.prepare(text, operation_name)

    def cost(self, prepared: Prepared, variables: Variables | None) -> int:
        """What the operation costs with these variables; see `Limits.cost`."""
        return self._measured(prepared, variables)

    async def execute(self, prepared: Prepared, variables: Variables | None, context: Context) -> Response:
        """A query's or mutation's response. Never raises: what is wrong stands in `errors`, without `data` if the
        operation did not begin or ran out of time.
        """
        try:
            execution = self._begin(prepared, variables, context)
        except RequestError as refused:
            return {"errors": refused.errors}
        return await self._run(execution, execute_root_selection_set)

    async def subscribe(
        self, prepared: Prepared, variables: Variables | None, new_context: Callable[[], Context]
    ) -> "ResponseStream":
        """One response an event, each executed with a context of its own. The stream must be closed by its reader.

        Raises `RequestError` where the source stream cannot be had.
        """
        execution = self._begin(prepared, variables, new_context())
        token = round_trips.set(execution.context_value.trips)
        try:
            async with timeout(self._limits.execution_seconds):
                source = create_source_event_stream(execution)
                if execution.is_awaitable(source):
                    source = await cast("Awaitable[AsyncIterator[Any] | ExecutionResult]", source)
        except TimeoutError:
            raise RequestError([_timed_out(self._limits)]) from None
        finally:
            round_trips.reset(token)
        if isinstance(source, ExecutionResult):
            raise RequestError(of_execution(source.errors or ()))

        async def respond(event: object, context: Context) -> Response:
            of_event = execution.build_per_event_executor(event)
            of_event.context_value = context
            return await self._run(of_event, execute_subscription_event)

        return ResponseStream(cast("AsyncIterator[Any]", source), respond, new_context, execution.context_value.trips)

    def _begin(self, prepared: Prepared, variables: Variables | None, context: Context) -> graphql.Executor[Any]:
        self._measured(prepared, variables)
        execution = graphql.Executor.build(
            self._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=prepared.name,
            hide_suggestions=not self._suggestions,
        )
        if isinstance(execution, list):
            raise RequestError(of_document(execution, Code.BAD_USER_INPUT))
        return execution

    def _measured(self, prepared: Prepared, variables: Variables | None) -> int:
        measured = prepared.measured
        if measured.varies:
            measured = measure(self._schema, prepared.document, prepared.operation, self._limits, variables or {})
            refuse_beyond(self._limits, measured)
        return measured.cost

    async def _run(self, execution: graphql.Executor[Any], run: Callable[[graphql.Executor[Any]], Any]) -> Response:
        token = round_trips.set(execution.context_value.trips)
        try:
            async with timeout(self._limits.execution_seconds):
                result = run(execution)
                if execution.is_awaitable(result):
                    result = await result
        except TimeoutError:
            return {"errors": [_timed_out(self._limits)]}
        finally:
            round_trips.reset(token)
        errors = of_execution(result.errors or ())
        outages = execution.context_value.outages
        errors += [of_exception(Unavailable(store, "a page lacks what it holds")) for store in sorted(outages)]
        return {"data": result.data, "errors": errors} if errors else {"data": result.data}


Respond = Callable[[object, Context], Awaitable[Response]]
"""The response to one event, executed with a context of its own."""


class ResponseStream:
    """A subscription's responses, in the order of their events; `aclose` ends the source, begun or not.

    Whoever takes the events from the `source` by other ways than by iterating has them answered by `respond`.
    """

    def __init__(
        self, source: AsyncIterator[Any], respond: Respond, new_context: Callable[[], Context], trips: RoundTrips
    ) -> None:
        self.source = source
        self.respond = respond
        self._events = aiter(source)
        self._new_context = new_context
        self._trips = trips

    def __aiter__(self) -> "ResponseStream":
        return self

    async def __anext__(self) -> Response:
        """Raises `RequestError` where the source breaks."""
        token = round_trips.set(self._trips)
        try:
            event = await anext(self._events)
        except StopAsyncIteration:
            raise
        except Exception as broken:
            raise RequestError([of_exception(broken)]) from broken
        finally:
            round_trips.reset(token)
        return await self.respond(event, self._new_context())

    async def aclose(self) -> None:
        close = getattr(self._events, "aclose", None)
        if close is not None:
            await close()


def is_subscription(prepared: Prepared) -> bool:
    return prepared.kind is OperationType.SUBSCRIPTION


def _timed_out(limits: Limits) -> dict[str, Any]:
    return error(Code.OPERATION_TIMED_OUT, f"The operation took longer than {limits.execution_seconds:g} seconds.")

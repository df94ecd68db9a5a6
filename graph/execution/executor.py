"""Executes prepared operations: within limits, with a context each, their answers as the response's dictionary."""

from asyncio import timeout
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from typing import Any, Protocol

from graphql import ExecutionResult, GraphQLSchema, OperationType

from datasources.errors import Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips
from graph.errors import Code, RequestError, error, of_document, of_exception, of_execution
from graph.execution.alarms import TimeLimit
from graph.execution.arguments import InvalidVariables
from graph.execution.documents import Documents, Prepared, Ready
from graph.execution.stepping import unless_at_once
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


Respond = Callable[[object, Context], Awaitable[Response]]
"""The response to one event, executed with this context."""


class Executor:
    """Operations of one schema, within limits. Resolvers find the context as `info.context`."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, introspection: bool = True, suggestions: bool = True
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._suggestions = suggestions
        self._in_time = TimeLimit(limits.execution_seconds)
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
            self._measured(prepared, variables)
        except RequestError as refused:
            return {"errors": refused.errors}
        if prepared.answer is not None:
            return prepared.answer
        response = await self._run(prepared, None, variables, context)
        if prepared.constant and "errors" not in response:
            prepared.answer = Ready(response)
        return response

    async def subscribe(
        self, prepared: Prepared, variables: Variables | None, new_context: Callable[[], Context]
    ) -> "ResponseStream":
        """One response an event, each executed with a context of its own. The stream must be closed by its reader.

        Raises `RequestError` where the source stream cannot be had.
        """
        self._measured(prepared, variables)
        context = new_context()
        token = round_trips.set(context.trips)
        try:
            async with timeout(self._limits.execution_seconds):
                source = await prepared.operation.source_stream(None, context, variables)
        except InvalidVariables as invalid:
            raise RequestError(of_document(invalid.errors, Code.BAD_USER_INPUT)) from None
        except TimeoutError:
            raise RequestError([_timed_out(self._limits)]) from None
        finally:
            round_trips.reset(token)
        if isinstance(source, ExecutionResult):
            raise RequestError(of_execution(source.errors or ()))

        async def respond(event: object, context: Context) -> Response:
            return await self._run(prepared, event, variables, context)

        return ResponseStream(source, respond, new_context, context.trips)

    def _measured(self, prepared: Prepared, variables: Variables | None) -> int:
        measured = prepared.measured
        if measured.varies:
            measured = measure(
                self._schema, prepared.document, prepared.operation.definition, self._limits, variables or {}
            )
            refuse_beyond(self._limits, measured)
        return measured.cost

    async def _run(self, prepared: Prepared, root: object, variables: Variables | None, context: Context) -> Response:
        token = round_trips.set(context.trips)
        try:
            data, found = await unless_at_once(prepared.operation.run(root, context, variables), self._in_time)
        except InvalidVariables as invalid:
            return {"errors": of_document(invalid.errors, Code.BAD_USER_INPUT)}
        except TimeoutError:
            return {"errors": [_timed_out(self._limits)]}
        finally:
            round_trips.reset(token)
        if not found and not context.outages:
            return {"data": data}
        errors = of_execution(found)
        errors += [of_exception(Unavailable(store, "a page lacks what it holds")) for store in sorted(context.outages)]
        return {"data": data, "errors": errors}


class ResponseStream:
    """A subscription's responses, in the order of their events; `aclose` ends the source, begun or not.

    Whoever takes the events from the `source` by other ways than by iterating has them answered by `respond`.
    """

    def __init__(
        self, source: AsyncIterable[Any], respond: Respond, new_context: Callable[[], Context], trips: RoundTrips
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

"""What every transport needs to run an operation, and the request that they all read."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, Protocol

from graph.auth import Authenticator
from graph.errors import Code, RequestError, of_exception
from graph.execution import executor as execution
from graph.execution.documents import Prepared
from graph.execution.executor import Executor, Response, ResponseStream, is_subscription
from graph.limits import Limits
from graph.transport.fanout import Fanout
from graph.transport.head import Head
from graph.transport.listener import heard
from graph.transport.payloads import Payload
from resolvers.loaders import SharedLoaders
from resolvers.room_streams import RoomStream
from resolvers.viewer import Viewer


class Context(execution.Context, Protocol):
    """The executor's context, and what a sign-in or sign-out leaves for the transport: a token, or an empty text."""

    session_token: str | None

    def borrow(self, common: SharedLoaders) -> None:
        """Has what is the same for everybody found there."""


NewContext = Callable[[Viewer | None, Head], Context]
"""A fresh context for one operation or one event, of a viewer, and the head of the request or upgrade."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Made once, in `graph/app.py`."""

    executor: Executor
    authenticator: Authenticator
    new_context: NewContext
    limits: Limits
    fanout: Fanout | None = None


class MalformedRequest(RequestError):
    """What was sent is not a GraphQL request at all."""


def malformed(message: str, code: Code = Code.BAD_USER_INPUT) -> NoReturn:
    raise MalformedRequest.one(code, message)


class Request(NamedTuple):
    """The parameters of a GraphQL request, with the right types; GraphQL over HTTP, "Request Parameters"."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    extensions: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, parameters: object) -> "Request":
        """Raises `MalformedRequest`, naming the parameter."""
        if not isinstance(parameters, dict):
            malformed("The request must be a JSON object with the key `query`.")
        query = parameters.get("query")
        if not isinstance(query, str):
            malformed("query: must be a text, the GraphQL document.")
        name = parameters.get("operationName")
        if name is not None and not isinstance(name, str):
            malformed("operationName: must be a text or null.")
        return cls(query, name or None, _map(parameters, "variables"), _map(parameters, "extensions"))

    def wants(self, report: str) -> bool:
        """Whether the request's `extensions` ask for a report in the response's."""
        return self.extensions is not None and self.extensions.get(report) is True


def _map(parameters: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    value = parameters.get(name)
    if value is not None and not isinstance(value, dict):
        malformed(f"{name}: must be an object or null.")
    return value


async def responses(
    operations: Operations, request: Request, prepared: Prepared, new_context: Callable[[], Context]
) -> AsyncGenerator[Payload]:
    """One response, or one an event for a subscription. What refuses or breaks a stream is its last response."""
    try:
        if not is_subscription(prepared):
            yield Payload.of(await execute(operations, request, prepared, new_context()))
            return
        subscribed = await operations.executor.subscribe(prepared, request.variables, new_context)
        payloads = _payloads(operations.fanout, request, prepared, new_context, subscribed)
        async with aclosing(subscribed), aclosing(payloads):
            async for payload in payloads:
                yield payload
                if payload.refused is not None:
                    return
    except RequestError as refused:
        yield Payload.of({"errors": refused.errors})
    except Exception as broken:  # noqa: BLE001 # the edge: logged under its id, and answered as INTERNAL
        yield Payload.of({"errors": [of_exception(broken)]})


async def _payloads(
    fanout: Fanout | None,
    request: Request,
    prepared: Prepared,
    new_context: Callable[[], Context],
    stream: ResponseStream,
) -> AsyncGenerator[Payload]:
    if fanout is not None and isinstance(stream.source, RoomStream):
        found = heard(fanout, stream.source, stream, prepared, request.variables, new_context)
        async with aclosing(found) as payloads:
            async for payload in payloads:
                yield payload
    else:
        async for response in stream:
            yield Payload.of(response)


async def only(response: Response) -> AsyncGenerator[Payload]:
    yield Payload.of(response)


def execute(
    operations: Operations, request: Request, prepared: Prepared, context: Context
) -> Coroutine[Any, Any, Response]:
    """The response, with the reports that the request asks for: `cost` and `roundTrips`."""
    execution = operations.executor.execute(prepared, request.variables, context)
    return execution if request.extensions is None else _reporting(execution, operations, request, prepared, context)


async def _reporting(
    execution: Coroutine[Any, Any, Response],
    operations: Operations,
    request: Request,
    prepared: Prepared,
    context: Context,
) -> Response:
    response = await execution
    reports: dict[str, Any] = {}
    if request.wants("cost") and "data" in response:
        cost = operations.executor.cost(prepared, request.variables)
        reports["cost"] = {"requested": cost, "limit": operations.limits.cost}
    if request.wants("roundTrips"):
        reports["roundTrips"] = context.trips.report()
    return {**response, "extensions": reports} if reports else response

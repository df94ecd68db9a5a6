"""GraphQL over HTTP: POST, GET for queries, and event streams where the client asks for them."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Final

from graphql import OperationType
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response as HTTPResponse
from starlette.types import Receive, Scope, Send

from graph.auth import cleared_session_cookie, session_cookie
from graph.errors import Code, RequestError, of_exception
from graph.execution.executor import Response, is_subscription
from graph.transport.accept import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON, Accept
from graph.transport.bodies import read_request
from graph.transport.departure import ClientGone, while_connected
from graph.transport.event_stream import EventStreams
from graph.transport.operations import Context, Operations, encoded, execute, malformed, only, responses

METHODS: Final = "GET, POST, OPTIONS"
STATUS: Final = {
    Code.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Code.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.NOT_ACCEPTABLE: HTTPStatus.NOT_ACCEPTABLE,
    Code.BODY_TIMED_OUT: HTTPStatus.REQUEST_TIMEOUT,
    Code.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    Code.STORE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.OPERATION_TIMED_OUT: HTTPStatus.GATEWAY_TIMEOUT,
}
"""What a response without data is answered with; 400 for the other codes."""

Page = Callable[[HTTPRequest], Awaitable[HTTPResponse]]


class HTTPEndpoint:
    """The ASGI application for one path. `page` answers a browser's GET; without it HTML is not on offer."""

    def __init__(self, operations: Operations, *, secure_cookies: bool, page: Page | None = None) -> None:
        self._operations = operations
        self._secure_cookies = secure_cookies
        self._page = page
        self._streams = EventStreams(operations.limits)

    async def drain(self) -> None:
        """Ends the event streams that are open."""
        await self._streams.drain()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HTTPRequest(scope, receive)
        try:
            answer = await self._answer(request, receive, send)
        except ClientGone:
            return
        if answer is not None:
            await answer(scope, receive, send)

    async def _answer(self, request: HTTPRequest, receive: Receive, send: Send) -> HTTPResponse | None:
        """Nothing where the answer went out as an event stream."""
        if request.method == "OPTIONS":
            return HTTPResponse(status_code=HTTPStatus.NO_CONTENT, headers={"allow": METHODS})
        accept = Accept(request.headers.get("accept"))
        if request.method == "GET" and self._page and accept.best(JSON, GRAPHQL_RESPONSE, HTML) == HTML:
            return await self._page(request)
        media_type = accept.best(JSON, GRAPHQL_RESPONSE, *([EVENT_STREAM] if accept.names(EVENT_STREAM) else ()))
        try:
            if media_type is None:
                malformed(f"The answer can be {JSON}, {GRAPHQL_RESPONSE} or {EVENT_STREAM}.", Code.NOT_ACCEPTABLE)
            if request.method not in {"GET", "POST"}:
                malformed(f"The method must be one of {METHODS}.", Code.METHOD_NOT_ALLOWED)
            return await self._operate(request, receive, send, accept, media_type)
        except RequestError as refused:
            return _refusal(refused, media_type)
        except ClientGone:
            raise
        except Exception as broken:  # noqa: BLE001 # the edge: logged under its id, and answered as INTERNAL
            return _refusal(RequestError([of_exception(broken)]), media_type)

    async def _operate(
        self, request: HTTPRequest, receive: Receive, send: Send, accept: Accept, media_type: str
    ) -> HTTPResponse | None:
        operations = self._operations
        asked = await read_request(request, operations.limits)
        viewer = await operations.authenticator.of_request(request)
        new_context = partial(operations.new_context, viewer, request)
        streamed = media_type == EVENT_STREAM
        try:
            prepared = operations.executor.prepare(asked.query, asked.operation_name)
        except RequestError as refused:
            if not streamed:
                return _answer({"errors": refused.errors}, media_type)
            await self._streams.send(only({"errors": refused.errors}), receive, send)
            return None
        if request.method == "GET" and prepared.kind is OperationType.MUTATION:
            malformed("A mutation must be sent by POST.", Code.METHOD_NOT_ALLOWED)
        if is_subscription(prepared) and not streamed:
            streamed = accept.names(EVENT_STREAM)
            if not streamed:
                malformed(f"A subscription comes as {EVENT_STREAM}, or by websocket.", Code.NOT_ACCEPTABLE)
        if streamed:
            await self._streams.send(responses(operations, asked, prepared, new_context), receive, send)
            return None
        context = new_context()
        async with while_connected(receive):
            response = await execute(operations, asked, prepared, context)
        answer = _answer(response, media_type)
        self._hand_over_session(context, answer)
        return answer

    def _hand_over_session(self, context: Context, answer: HTTPResponse) -> None:
        token = context.session_token
        if token is not None:
            secure = self._secure_cookies
            header = session_cookie(token, secure=secure) if token else cleared_session_cookie(secure=secure)
            answer.headers.append(*header)


def _answer(response: Response, media_type: str) -> HTTPResponse:
    """A well-formed request's answer: `application/json` means 200 whatever the errors; GraphQL over HTTP says so."""
    status = HTTPStatus.OK if media_type == JSON or "data" in response else _status(response)
    return _http_response(response, media_type, status)


def _refusal(refused: RequestError, media_type: str | None) -> HTTPResponse:
    """The answer to what is no GraphQL request, or comes from nobody that we know."""
    response = {"errors": refused.errors}
    answer = _http_response(response, GRAPHQL_RESPONSE if media_type == GRAPHQL_RESPONSE else JSON, _status(response))
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        answer.headers["www-authenticate"] = "Bearer"
    if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["allow"] = METHODS
    return answer


def _status(response: Response) -> HTTPStatus:
    return STATUS.get(response["errors"][0]["extensions"]["code"], HTTPStatus.BAD_REQUEST)


def _http_response(response: Response, media_type: str, status: HTTPStatus) -> HTTPResponse:
    return HTTPResponse(
        encoded(response),
        status_code=status,
        headers={
            "content-type": f"{media_type}; charset=utf-8",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
    )

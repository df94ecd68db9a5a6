"""GraphQL over HTTP: POST, GET for queries, and event streams where the client asks for them."""

from collections.abc import Awaitable, Callable
from functools import partial

from graphql import OperationType
from starlette.requests import Request as HTTPRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.auth import cleared_session_cookie, session_cookie
from graph.errors import Code, RequestError, of_exception
from graph.execution.alarms import Alarms
from graph.execution.documents import Prepared
from graph.execution.executor import Response
from graph.execution.stepping import unless_at_once
from graph.transport.accept import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, Accept, accept_of
from graph.transport.answers import METHODS, Header, allowed_methods, answer_of, refusal_of
from graph.transport.bodies import read_request
from graph.transport.departure import PATIENCE, ClientGone, WhileConnected
from graph.transport.event_stream import EventStreams
from graph.transport.head import Head
from graph.transport.operations import Operations, execute, malformed, only, responses

Page = Callable[[HTTPRequest], Awaitable[ASGIApp]]


class HTTPEndpoint:
    """The ASGI application for one path. `page` answers a browser's GET; without it HTML is not on offer."""

    def __init__(self, operations: Operations, *, secure_cookies: bool, page: Page | None = None) -> None:
        self._operations = operations
        self._secure_cookies = secure_cookies
        self._page = page
        self._streams = EventStreams(operations.limits)
        self._patience = Alarms(PATIENCE)

    async def drain(self) -> None:
        """Ends the event streams that are open."""
        await self._streams.drain()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = Head(scope)
        accept = accept_of(head.get(b"accept"))
        try:
            answer = await self._answer(head, accept, receive, send)
        except RequestError as refused:
            answer = refusal_of(refused, accept.answered_in)
        except ClientGone:
            return
        except Exception as broken:  # noqa: BLE001 # the edge: logged under its id, and answered as INTERNAL
            answer = refusal_of(RequestError([of_exception(broken)]), accept.answered_in)
        if answer is not None:
            await answer(scope, receive, send)

    async def _answer(self, head: Head, accept: Accept, receive: Receive, send: Send) -> ASGIApp | None:
        """Nothing where the answer went out as an event stream."""
        method = head.scope["method"]
        if method == "OPTIONS":
            return allowed_methods()
        if method == "GET" and self._page and accept.prefers_page:
            return await self._page(HTTPRequest(head.scope, receive))
        media_type = _media_type(method, accept)
        operations = self._operations
        asked = await read_request(head, receive, operations.limits)
        viewer = await operations.authenticator.of_request(head)
        try:
            prepared = operations.executor.prepare(asked.query, asked.operation_name)
        except RequestError as refused:
            response: Response = {"errors": refused.errors}
            if media_type != EVENT_STREAM:
                return answer_of(response, media_type)
            await self._streams.send(only(response), receive, send)
            return None
        if _is_streamed(prepared, method, accept):
            new_context = partial(operations.new_context, viewer, head)
            await self._streams.send(responses(operations, asked, prepared, new_context), receive, send)
            return None
        context = operations.new_context(viewer, head)
        execution = execute(operations, asked, prepared, context)
        response = await unless_at_once(execution, partial(WhileConnected, receive, self._patience))
        answer = answer_of(response, media_type)
        if context.session_token is not None:
            answer.headers.append(self._session_header(context.session_token))
        return answer

    def _session_header(self, token: str) -> Header:
        secure = self._secure_cookies
        name, value = session_cookie(token, secure=secure) if token else cleared_session_cookie(secure=secure)
        return name.encode(), value.encode()


def _media_type(method: str, accept: Accept) -> str:
    """What to answer in; raises `MalformedRequest` where there is nothing, or where the method is none of ours."""
    if accept.answered_in is None:
        malformed(f"The answer can be {JSON}, {GRAPHQL_RESPONSE} or {EVENT_STREAM}.", Code.NOT_ACCEPTABLE)
    if method not in {"GET", "POST"}:
        malformed(f"The method must be one of {METHODS}.", Code.METHOD_NOT_ALLOWED)
    return accept.answered_in


def _is_streamed(prepared: Prepared, method: str, accept: Accept) -> bool:
    """Raises `MalformedRequest` for a mutation by GET, and for a subscription of whoever takes no stream."""
    kind = prepared.kind
    if method == "GET" and kind is OperationType.MUTATION:
        malformed("A mutation must be sent by POST.", Code.METHOD_NOT_ALLOWED)
    if kind is OperationType.SUBSCRIPTION and not accept.takes_streams:
        malformed(f"A subscription comes as {EVENT_STREAM}, or by websocket.", Code.NOT_ACCEPTABLE)
    return kind is OperationType.SUBSCRIPTION or accept.answered_in == EVENT_STREAM

"""GraphQL over HTTP: POST, GET for queries, and event streams where the client asks for them."""

from collections.abc import Awaitable, Callable
from functools import partial

from graphql import OperationType
from starlette.requests import Request as HTTPRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.auth import cleared_session_cookie, session_cookie
from graph.errors import Code, RequestError, of_exception
from graph.execution.executor import is_subscription
from graph.execution.stepping import unless_at_once
from graph.transport.accept import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, Accept, accept_of
from graph.transport.answers import METHODS, Answer, allowed_methods, answer_of, refusal_of
from graph.transport.bodies import read_request
from graph.transport.departure import ClientGone, WhileConnected
from graph.transport.event_stream import EventStreams
from graph.transport.head import Head
from graph.transport.operations import Context, Operations, execute, malformed, only, responses

Page = Callable[[HTTPRequest], Awaitable[ASGIApp]]


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
        try:
            answer = await self._answer(Head(scope), receive, send)
        except ClientGone:
            return
        if answer is not None:
            await answer(scope, receive, send)

    async def _answer(self, head: Head, receive: Receive, send: Send) -> ASGIApp | None:
        """Nothing where the answer went out as an event stream."""
        method = head.scope["method"]
        if method == "OPTIONS":
            return allowed_methods()
        accept = accept_of(head.get(b"accept"))
        media_type = accept.answered_in
        try:
            if method == "GET" and self._page and accept.prefers_page:
                return await self._page(HTTPRequest(head.scope, receive))
            if media_type is None:
                malformed(f"The answer can be {JSON}, {GRAPHQL_RESPONSE} or {EVENT_STREAM}.", Code.NOT_ACCEPTABLE)
            if method not in {"GET", "POST"}:
                malformed(f"The method must be one of {METHODS}.", Code.METHOD_NOT_ALLOWED)
            return await self._operate(head, receive, send, accept, media_type)
        except RequestError as refused:
            return refusal_of(refused, media_type)
        except ClientGone:
            raise
        except Exception as broken:  # noqa: BLE001 # the edge: logged under its id, and answered as INTERNAL
            return refusal_of(RequestError([of_exception(broken)]), media_type)

    async def _operate(
        self, head: Head, receive: Receive, send: Send, accept: Accept, media_type: str
    ) -> ASGIApp | None:
        operations = self._operations
        asked = await read_request(head, receive, operations.limits)
        viewer = await operations.authenticator.of_request(head)
        new_context = partial(operations.new_context, viewer, head)
        streamed = media_type == EVENT_STREAM
        try:
            prepared = operations.executor.prepare(asked.query, asked.operation_name)
        except RequestError as refused:
            if not streamed:
                return answer_of({"errors": refused.errors}, media_type)
            await self._streams.send(only({"errors": refused.errors}), receive, send)
            return None
        if head.scope["method"] == "GET" and prepared.kind is OperationType.MUTATION:
            malformed("A mutation must be sent by POST.", Code.METHOD_NOT_ALLOWED)
        if is_subscription(prepared) and not streamed:
            streamed = accept.takes_streams
            if not streamed:
                malformed(f"A subscription comes as {EVENT_STREAM}, or by websocket.", Code.NOT_ACCEPTABLE)
        if streamed:
            await self._streams.send(responses(operations, asked, prepared, new_context), receive, send)
            return None
        context = new_context()
        execution = execute(operations, asked, prepared, context)
        response = await unless_at_once(execution, partial(WhileConnected, receive))
        answer = answer_of(response, media_type)
        self._hand_over_session(context, answer)
        return answer

    def _hand_over_session(self, context: Context, answer: Answer) -> None:
        token = context.session_token
        if token is not None:
            secure = self._secure_cookies
            header = session_cookie(token, secure=secure) if token else cleared_session_cookie(secure=secure)
            answer.headers.append((header[0].encode(), header[1].encode()))

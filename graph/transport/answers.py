"""A GraphQL response as an HTTP response: media type, status, headers, bytes."""

from http import HTTPStatus
from typing import Final

from starlette.types import Receive, Scope, Send

from graph.errors import Code, RequestError
from graph.execution.executor import Response
from graph.transport.accept import GRAPHQL_RESPONSE, JSON
from graph.transport.payloads import encoded

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

Header = tuple[bytes, bytes]

_HEADERS: Final[dict[str, list[Header]]] = {
    media_type: [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    for media_type in (JSON, GRAPHQL_RESPONSE)
}


class Answer:
    """An ASGI application that sends one body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[Header], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def answer_of(response: Response, media_type: str) -> Answer:
    """A well-formed request's answer: `application/json` means 200 whatever the errors; GraphQL over HTTP says so."""
    status = 200 if media_type == JSON or "data" in response else _status(response)
    return _answer(response, media_type, status)


def refusal_of(refused: RequestError, media_type: str | None) -> Answer:
    """The answer to what is no GraphQL request, or comes from nobody that we know."""
    response = {"errors": refused.errors}
    status = _status(response)
    answer = _answer(response, GRAPHQL_RESPONSE if media_type == GRAPHQL_RESPONSE else JSON, status)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers.append((b"www-authenticate", b"Bearer"))
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers.append((b"allow", METHODS.encode()))
    return answer


def allowed_methods() -> Answer:
    """The answer to OPTIONS."""
    return Answer(204, [(b"allow", METHODS.encode())], b"")


def _answer(response: Response, media_type: str, status: int) -> Answer:
    body = encoded(response)
    return Answer(status, [*_HEADERS[media_type], (b"content-length", b"%d" % len(body))], body)


def _status(response: Response) -> int:
    return int(STATUS.get(response["errors"][0]["extensions"]["code"], HTTPStatus.BAD_REQUEST))

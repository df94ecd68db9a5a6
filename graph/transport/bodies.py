"""The parameters of a GraphQL request out of an HTTP request; every oddity is refused with a code."""

import asyncio
from typing import Any, NoReturn

import orjson
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HTTPRequest

from graph.errors import Code
from graph.limits import Limits
from graph.transport.departure import ClientGone
from graph.transport.operations import Request, malformed


async def read_request(request: HTTPRequest, limits: Limits) -> Request:
    """Raises `MalformedRequest`, or `ClientGone` where the body was cut short by its sender."""
    if request.method == "GET":
        return Request.of(_of_query_string(request, limits))
    _check_headers(request, limits)
    try:
        async with asyncio.timeout(limits.execution_seconds):
            body = await _read(request, limits)
    except TimeoutError:
        malformed("The body did not arrive in time.", Code.BODY_TIMED_OUT)
    except ClientDisconnect:
        raise ClientGone from None
    return Request.of(_json(body, "The body"))


def _of_query_string(request: HTTPRequest, limits: Limits) -> dict[str, Any]:
    if len(request.url.query) > limits.body_bytes:
        malformed("The address is too long.", Code.BODY_TOO_LARGE)
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        text = parameters.get(name)
        if text:
            parameters[name] = _json(text, name)
        else:
            parameters.pop(name, None)
    return parameters


def _check_headers(request: HTTPRequest, limits: Limits) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "application/json":
        malformed("The body's content-type must be application/json.", Code.UNSUPPORTED_MEDIA_TYPE)
    name, _, charset = parameters.strip().partition("=")
    if name.lower() == "charset" and charset.strip('" ').lower() not in {"utf-8", "utf8"}:
        malformed("The body's charset must be utf-8.", Code.UNSUPPORTED_MEDIA_TYPE)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        malformed("The body must not be compressed.", Code.UNSUPPORTED_MEDIA_TYPE)
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limits.body_bytes:
        _too_large(limits)


async def _read(request: HTTPRequest, limits: Limits) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limits.body_bytes:
            _too_large(limits)
    return bytes(body)


def _too_large(limits: Limits) -> NoReturn:
    malformed(f"The body is larger than {limits.body_bytes} bytes.", Code.BODY_TOO_LARGE)


def _json(source: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError:
        malformed(f"{what}: is not JSON in UTF-8.")

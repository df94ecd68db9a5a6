"""The parameters of a GraphQL request out of an HTTP request; every oddity is refused with a code."""

import asyncio
from functools import partial
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive

from graph.errors import Code
from graph.execution.stepping import unless_at_once
from graph.limits import Limits
from graph.transport.accept import JSON
from graph.transport.departure import ClientGone
from graph.transport.head import Head
from graph.transport.operations import Request, malformed


async def read_request(head: Head, receive: Receive, limits: Limits) -> Request:
    """Raises `MalformedRequest`, or `ClientGone` where the body was cut short by its sender."""
    if head.scope["method"] == "GET":
        return Request.of(_of_query_string(head.scope["query_string"], limits))
    _check_headers(head)
    try:
        body = await unless_at_once(_read(receive, limits), partial(asyncio.timeout, limits.execution_seconds))
    except TimeoutError:
        malformed("The body did not arrive in time.", Code.BODY_TIMED_OUT)
    return Request.of(_json(body, "The body"))


def _of_query_string(query_string: bytes, limits: Limits) -> dict[str, Any]:
    if len(query_string) > limits.body_bytes:
        malformed("The address is too long.", Code.BODY_TOO_LARGE)
    parameters: dict[str, Any] = dict(QueryParams(query_string))
    for name in ("variables", "extensions"):
        text = parameters.get(name)
        if text:
            parameters[name] = _json(text, name)
        else:
            parameters.pop(name, None)
    return parameters


def _check_headers(head: Head) -> None:
    content_type = head.get(b"content-type") or ""
    if content_type != JSON:
        _check_content_type(content_type)
    if (head.get(b"content-encoding") or "identity").lower() != "identity":
        malformed("The body must not be compressed.", Code.UNSUPPORTED_MEDIA_TYPE)


def _check_content_type(content_type: str) -> None:
    media_type, _, parameters = content_type.partition(";")
    if media_type.strip().lower() != JSON:
        malformed(f"The body's content-type must be {JSON}.", Code.UNSUPPORTED_MEDIA_TYPE)
    name, _, charset = parameters.strip().partition("=")
    if name.lower() == "charset" and charset.strip('" ').lower() not in {"utf-8", "utf8"}:
        malformed("The body's charset must be utf-8.", Code.UNSUPPORTED_MEDIA_TYPE)


async def _read(receive: Receive, limits: Limits) -> bytes:
    chunks = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limits.body_bytes:
            malformed(f"The body is larger than {limits.body_bytes} bytes.", Code.BODY_TOO_LARGE)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _json(source: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError:
        malformed(f"{what}: is not JSON in UTF-8.")

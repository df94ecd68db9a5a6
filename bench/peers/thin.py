"""The thinnest ASGI application around a function from a GraphQL request to the answer's bytes."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson

Answer = Callable[[str, dict[str, Any] | None, str | None], Awaitable[bytes]]
"""Gives the answer to (query, variables, operation name)."""


async def body_of(receive: Any) -> bytes:
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body", False):
        message = await receive()
        body += message["body"]
    return body


async def reply(send: Any, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def asgi(answer: Answer) -> Any:
    async def app(_: Any, receive: Any, send: Any) -> None:
        asked = orjson.loads(await body_of(receive))
        await reply(send, await answer(asked["query"], asked.get("variables"), asked.get("operationName")))

    return app

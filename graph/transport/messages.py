"""The messages of graphql-transport-ws: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md."""

from enum import IntEnum
from typing import Any, Final

import orjson

from graph.errors import FormattedError
from graph.transport.operations import MalformedRequest, Request

SUBPROTOCOL: Final = "graphql-transport-ws"
ACK: Final = '{"type":"connection_ack"}'
PING: Final = '{"type":"ping"}'


class Close(IntEnum):
    """Codes that a socket is closed with."""

    NORMAL = 1000
    TOO_BIG = 1009
    INTERNAL = 1011
    RESTARTING = 1012
    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    BAD_SUBPROTOCOL = 4406
    INIT_TIMED_OUT = 4408
    DUPLICATE_ID = 4409
    TOO_MANY_INITS = 4429


class Closed(Exception):
    """The socket is to be closed; the reason is for a person to read, and is cut to what a frame can hold."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:123].decode(errors="ignore")


class Gone(Exception):
    """The socket is closed already, or its client stopped reading."""


Message = dict[str, Any]


def decoded(text: object) -> Message:
    """A message with its `type`; raises `Closed`."""
    if not isinstance(text, str):
        raise Closed(Close.BAD_MESSAGE, "A message must be a text frame.")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closed(Close.BAD_MESSAGE, "A message must be JSON.") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Closed(Close.BAD_MESSAGE, "A message must be an object with a type.")
    return message


def id_of(message: Message) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not found:
        raise Closed(Close.BAD_MESSAGE, f"A {message['type']} message must have an id.")
    return found


def payload_of(message: Message) -> dict[str, Any] | None:
    """The optional payload of connection_init, ping and pong."""
    found = message.get("payload")
    if not isinstance(found, dict | None):
        raise Closed(Close.BAD_MESSAGE, f"The payload of a {message['type']} message must be an object.")
    return found


def request_of(message: Message) -> Request:
    """What a subscribe message asks for."""
    try:
        return Request.of(message.get("payload"))
    except MalformedRequest as refused:
        raise Closed(Close.BAD_MESSAGE, f"payload: {refused}") from None


def next_header(operation_id: str) -> str:
    """What stands before the response in a next message; the response's text follows, then `}`.

    The header is one socket's own, the text may be shared by many.
    """
    return f'{{"id":{_text(operation_id)},"type":"next","payload":'


def framed(header: str, payload: str) -> str:
    return f"{header}{payload}}}"


def error(operation_id: str, errors: list[FormattedError]) -> str:
    return _text({"id": operation_id, "type": "error", "payload": errors})


def complete(operation_id: str) -> str:
    return _text({"id": operation_id, "type": "complete"})


def pong(payload: dict[str, Any] | None) -> str:
    return _text({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})


def _text(value: object) -> str:
    return orjson.dumps(value).decode()

"""What went wrong, as the client may read it: `{message, path, locations, extensions: {code, ...}}`.

Every error has a code. What the caller can mend says what it is; an outage names the store; everything else is INTERNAL
with a correlation id, under which the log has the traceback.
"""

import secrets
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final, Self

import structlog
from graphql import GraphQLError

from datasources.errors import ClockUnsafe, Unavailable
from datasources.events.queues import SlowSubscriber
from resolvers.errors import AccessLost, BadInput, RoomClosed, TooManyStreams, Unauthenticated

log = structlog.get_logger(__name__)

FormattedError = dict[str, Any]

MESSAGE_CHARACTERS: Final = 300
"""Of a message: some echo what was sent, which may be as long as a request."""


class Code(StrEnum):
    UNAUTHENTICATED = "UNAUTHENTICATED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    FORBIDDEN = "FORBIDDEN"
    CLOSED = "CLOSED"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_TOO_EXPENSIVE = "OPERATION_TOO_EXPENSIVE"
    OPERATION_TIMED_OUT = "OPERATION_TIMED_OUT"
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
    SLOW_SUBSCRIBER = "SLOW_SUBSCRIBER"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    INTERNAL = "INTERNAL"
    # What HTTP itself refuses
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    BODY_TIMED_OUT = "BODY_TIMED_OUT"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"


class RequestError(Exception):
    """The request has no data to answer with: it was refused before its operation began, or its stream broke."""

    def __init__(self, errors: list[FormattedError]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors = errors

    @classmethod
    def one(cls, code: Code, message: str, **extensions: Any) -> Self:
        return cls([error(code, message, **extensions)])

    @property
    def code(self) -> Code:
        """The first error's code."""
        return Code(self.errors[0]["extensions"]["code"])


def error(code: Code, message: str, **extensions: Any) -> FormattedError:
    return {"message": _cut(message), "extensions": {"code": str(code), **extensions}}


def of_document(found: Iterable[GraphQLError], code: Code) -> list[FormattedError]:
    """Errors of a document or its variables, which all share one code."""
    return [{**_place(each), **error(code, each.message)} for each in found]


def of_execution(found: Iterable[GraphQLError]) -> list[FormattedError]:
    """Errors that fields raised."""
    return [{**_place(each), **of_exception(_innermost(each))} for each in found]


def of_exception(raised: BaseException) -> FormattedError:
    """One exception, without its place in the document."""
    match raised:
        case Unauthenticated() | AccessLost() | RoomClosed() | BadInput() | TooManyStreams():
            formatted = _mendable(raised)
        case Unavailable():
            formatted = _unavailable(raised, raised.store)
        case ClockUnsafe():
            formatted = _unavailable(raised, "postgresql")
        case SlowSubscriber():
            formatted = error(Code.SLOW_SUBSCRIBER, "Events came faster than you read; resume from your last cursor.")
        case GraphQLError(extensions={"code": _}):
            formatted = {"message": _cut(raised.message), "extensions": dict(raised.extensions or {})}
        case GraphQLError(nodes=[_, *_]):
            # graphql-core knows the place only of what stands in the document: an argument that it could not coerce.
            formatted = error(Code.BAD_USER_INPUT, raised.message)
        case _:
            formatted = _internal(raised)
    return formatted


def _cut(message: str) -> str:
    return (
        message if len(message) <= MESSAGE_CHARACTERS else message[: MESSAGE_CHARACTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
    )


def _mendable(
    raised: Unauthenticated | AccessLost | RoomClosed | BadInput | TooManyStreams,
) -> FormattedError:
    match raised:
        case Unauthenticated():
            return error(Code.UNAUTHENTICATED, str(raised))
        case AccessLost():
            return error(Code.FORBIDDEN, str(raised))
        case RoomClosed():
            return error(Code.CLOSED, str(raised))
        case BadInput():
            return error(Code.BAD_USER_INPUT, str(raised))
        case TooManyStreams():
            return error(Code.TOO_MANY_OPERATIONS, str(raised), limit=raised.most)


def _unavailable(raised: BaseException, store: str) -> FormattedError:
    log.warning("store unavailable", store=store, reason=str(raised))
    return error(Code.STORE_UNAVAILABLE, f"{store} is unavailable; try again shortly.", store=store)


def _internal(raised: BaseException) -> FormattedError:
    correlation_id = secrets.token_hex(8)
    log.error("internal error", correlation_id=correlation_id, exc_info=raised)
    return error(Code.INTERNAL, "Something went wrong on our side.", correlationId=correlation_id)


def _innermost(raised: GraphQLError) -> BaseException:
    inner: BaseException = raised
    while isinstance(inner, GraphQLError) and isinstance(inner.original_error, Exception):
        inner = inner.original_error
    return inner


def _place(raised: GraphQLError) -> FormattedError:
    formatted = raised.formatted
    return {key: formatted[key] for key in ("path", "locations") if key in formatted}

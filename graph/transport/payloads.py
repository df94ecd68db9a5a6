"""A response as bytes, once for everyone that it goes to."""

from typing import Final

import orjson

from graph.errors import FormattedError, of_exception
from graph.execution.documents import Ready
from graph.execution.executor import Response
from graph.transport.frames import text_head

_END: Final = b"}"
_SMALLEST: Final = 500


def encoded(response: Response) -> bytes:
    """The response as JSON, once for everyone that it goes to."""
    if type(response) is Ready:
        return response.json
    try:
        return orjson.dumps(response)
    except orjson.JSONEncodeError as error:
        return orjson.dumps({"data": None, "errors": [of_exception(error)]})


class Payload:
    """One response, and what carries it. `refused` are its errors where the operation ends with it."""

    __slots__ = ("_event", "body", "refused")

    def __init__(self, body: bytes, refused: list[FormattedError] | None = None) -> None:
        self.refused = refused
        self.body = body
        self._event: bytes | None = None

    @classmethod
    def of(cls, response: Response) -> "Payload":
        return cls(encoded(response), None if "data" in response else response["errors"])

    @property
    def size(self) -> int:
        """About how many bytes of memory."""
        return _SMALLEST + len(self.body)

    def frame(self, header: bytes) -> bytes:
        """A websocket's frame of a message that begins with this header, which is one socket's own."""
        return b"".join((text_head(len(header) + len(self.body) + 1), header, self.body, _END))

    @property
    def event(self) -> bytes:
        """An event of an event stream; the body has no line break, as orjson writes none."""
        if self._event is None:
            self._event = b"event: next\ndata: " + self.body + b"\n\n"
        return self._event

"""What an HTTP request, or the upgrade to a websocket, says before its body."""

from typing import Final

from starlette.requests import cookie_parser
from starlette.types import Scope

_AS_HTTP: Final = {"ws": "http", "wss": "https"}


class Head:
    """Of a header that comes twice the first counts. It is made for each request, and reads what it is asked for."""

    __slots__ = ("_headers", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))

    def __contains__(self, header: bytes) -> bool:
        return header in self._headers

    def get(self, header: bytes) -> str | None:
        """The value of a header, which is named in small letters."""
        value = self._headers.get(header)
        return None if value is None else value.decode("latin-1")

    @property
    def media_type(self) -> str:
        """Of the body, without its parameters."""
        return (self.get(b"content-type") or "").partition(";")[0].strip().lower()

    @property
    def address(self) -> str | None:
        """The client's network address."""
        client = self.scope.get("client")
        return client[0] if client else None

    @property
    def origin(self) -> str:
        """The server's own, by which it was asked."""
        scheme = self.scope.get("scheme", "http")
        return f"{_AS_HTTP.get(scheme, scheme)}://{self.get(b'host') or ''}".lower()

    def cookie(self, name: str) -> str | None:
        """Of one that comes twice the last counts."""
        if b"cookie" not in self._headers:
            return None
        found = None
        for header, value in self.scope["headers"]:
            if header == b"cookie" and name.encode() in value:
                found = cookie_parser(value.decode("latin-1")).get(name, found)
        return found

"""Credentials to Viewer.

A session's token comes as `Authorization: Bearer ...`, as a cookie, or in the payload of a websocket's
`connection_init`. A browser sends a cookie with every request, whoever's page makes it; so a cookie counts only on a
request that a plain form cannot make, and never from a foreign origin. A stale cookie is nobody; a stale bearer token
is an error, because its sender should know.
"""

import re
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from graph.errors import Code, RequestError
from graph.transport.head import Head
from resolvers.viewer import Viewer

COOKIE: Final = "homeroom_session"
UNFORGEABLE_HEADERS: Final = (b"x-homeroom-csrf", b"apollo-require-preflight")
"""Headers that a page must ask leave for (a preflight) before another origin receives them."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)

ViewerOf = Callable[[str], Awaitable[Viewer | None]]
"""The viewer whose session has this token, or None; raises `Unavailable`."""


class Authenticator:
    """`allowed_origins` are those, beside the server's own, whose pages may use a person's cookie."""

    def __init__(self, viewer_of: ViewerOf, allowed_origins: Collection[str] = ()) -> None:
        self._viewer_of = viewer_of
        self._allowed_origins = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)

    async def of_request(self, head: Head) -> Viewer | None:
        """Raises `RequestError` with UNAUTHENTICATED where an `Authorization` header proves nobody."""
        authorization = head.get(b"authorization")
        if authorization is not None:
            return await self.of_authorization(authorization)
        token = self.cookie_of_request(head)
        return None if token is None else await self._viewer_of(token)

    async def of_authorization(self, authorization: object) -> Viewer:
        """The viewer proved by `Bearer <token>`; raises `RequestError` with UNAUTHENTICATED."""
        viewer = await self.of_token(bearer(authorization))
        if viewer is None:
            raise RequestError.one(Code.UNAUTHENTICATED, "The session has ended, or never was; sign in again.")
        return viewer

    async def of_token(self, token: str | None) -> Viewer | None:
        return None if token is None else await self._viewer_of(token)

    def cookie_of_request(self, head: Head) -> str | None:
        """The cookie's token, where the request is one that no plain form can make."""
        token = head.cookie(COOKIE)
        if token is None:
            return None
        unforgeable = head.media_type == "application/json" or any(header in head for header in UNFORGEABLE_HEADERS)
        origin = head.get(b"origin")
        return token if unforgeable and (origin is None or self.allows(head, origin)) else None

    def cookie_of_upgrade(self, head: Head) -> str | None:
        """The cookie's token, where a page of an allowed origin opens the websocket."""
        origin = head.get(b"origin")
        if origin is None or not self.allows(head, origin):
            return None
        return head.cookie(COOKIE)

    def allows(self, head: Head, origin: str) -> bool:
        return origin.lower() == head.origin or origin.lower() in self._allowed_origins


def bearer(authorization: object) -> str | None:
    """The token of `Bearer <token>`."""
    matched = _BEARER.fullmatch(authorization) if isinstance(authorization, str) else None
    return matched[1] if matched else None


def session_cookie(token: str, *, secure: bool) -> tuple[str, str]:
    """The header that hands a browser its session; it lasts as long as the browser does, or the session if less."""
    if not _TOKEN.fullmatch(token):
        raise ValueError("a session's token has only the characters of a bearer token")
    return _set_cookie(token, secure=secure)


def cleared_session_cookie(*, secure: bool) -> tuple[str, str]:
    """The header that makes a browser forget its session."""
    return _set_cookie("", "Max-Age=0", secure=secure)


def _set_cookie(value: str, *attributes: str, secure: bool) -> tuple[str, str]:
    parts = [f"{COOKIE}={value}", "Path=/", "HttpOnly", "SameSite=Lax", *attributes]
    return "set-cookie", "; ".join([*parts, "Secure"] if secure else parts)

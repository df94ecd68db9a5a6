"""Credentials to Viewer.

A session's token comes as `Authorization: Bearer ...`, as a cookie, or in the payload of a websocket's
`connection_init`. A browser sends a cookie with every request, whoever's page makes it; so a cookie counts only on a
request that a plain form cannot make, and never from a foreign origin. A stale cookie is nobody; a stale bearer token
is an error, because its sender should know.
"""

import re
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from starlette.requests import HTTPConnection

from graph.errors import Code, RequestError
from resolvers.viewer import Viewer

COOKIE: Final = "homeroom_session"
UNFORGEABLE_HEADERS: Final = ("x-homeroom-csrf", "apollo-require-preflight")
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

    async def of_request(self, request: HTTPConnection) -> Viewer | None:
        """Raises `RequestError` with UNAUTHENTICATED where an `Authorization` header proves nobody."""
        authorization = request.headers.get("authorization")
        if authorization is not None:
            return await self.of_authorization(authorization)
        token = self.cookie_of_request(request)
        return None if token is None else await self._viewer_of(token)

    async def of_authorization(self, authorization: object) -> Viewer:
        """The viewer proved by `Bearer <token>`; raises `RequestError` with UNAUTHENTICATED."""
        viewer = await self.of_token(bearer(authorization))
        if viewer is None:
            raise RequestError.one(Code.UNAUTHENTICATED, "The session has ended, or never was; sign in again.")
        return viewer

    async def of_token(self, token: str | None) -> Viewer | None:
        return None if token is None else await self._viewer_of(token)

    def cookie_of_request(self, request: HTTPConnection) -> str | None:
        """The cookie's token, where the request is one that no plain form can make."""
        token = request.cookies.get(COOKIE)
        if token is None:
            return None
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        unforgeable = content_type == "application/json" or any(
            header in request.headers for header in UNFORGEABLE_HEADERS
        )
        origin = request.headers.get("origin")
        return token if unforgeable and (origin is None or self.allows(request, origin)) else None

    def cookie_of_upgrade(self, request: HTTPConnection) -> str | None:
        """The cookie's token, where a page of an allowed origin opens the websocket."""
        origin = request.headers.get("origin")
        if origin is None or not self.allows(request, origin):
            return None
        return request.cookies.get(COOKIE)

    def allows(self, request: HTTPConnection, origin: str) -> bool:
        scheme = {"ws": "http", "wss": "https"}.get(request.url.scheme, request.url.scheme)
        own = f"{scheme}://{request.headers.get('host', '')}".lower()
        return origin.lower() == own or origin.lower() in self._allowed_origins


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

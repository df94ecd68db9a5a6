"""One path for HTTP, event streams and websockets."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from graph.auth import UNFORGEABLE_HEADERS
from graph.transport.http import HTTPEndpoint
from graph.transport.websocket import WebSocketEndpoint


def graphql_routes(
    path: str, http: HTTPEndpoint, websocket: WebSocketEndpoint, allowed_origins: Sequence[str] = ()
) -> list[BaseRoute]:
    """Pages of `allowed_origins` may read the answers, and use a person's cookie."""
    if not allowed_origins:
        return [Route(path, http), WebSocketRoute(path, websocket)]
    shared = CORSMiddleware(
        http,
        allow_origins=[origin.rstrip("/") for origin in allowed_origins],
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", *(header.decode() for header in UNFORGEABLE_HEADERS)],
        allow_credentials=True,
        max_age=600,
    )
    return [Route(path, shared), WebSocketRoute(path, websocket)]


class Shortcut:
    """An application, one of whose paths is reached by HTTP without Starlette's middleware and router.

    They do nothing for an endpoint that answers each of its errors itself, and cost as much as it does.
    """

    def __init__(self, application: Starlette, path: str) -> None:
        self._application = application
        self._path = path
        (self._endpoint,) = (
            route.app for route in application.routes if isinstance(route, Route) and route.path == path
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path:
            await self._endpoint(scope, receive, send)
        else:
            await self._application(scope, receive, send)

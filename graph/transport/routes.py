"""One path for HTTP, event streams and websockets."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

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
        allow_headers=["Authorization", "Content-Type", *UNFORGEABLE_HEADERS],
        allow_credentials=True,
        max_age=600,
    )
    return [Route(path, shared), WebSocketRoute(path, websocket)]

"""The transports on a real uvicorn on a loopback port, and a client for each of them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graph.auth import Authenticator
from graph.execution.executor import Executor
from graph.limits import Limits
from graph.transport.head import Head
from graph.transport.http import HTTPEndpoint
from graph.transport.operations import Operations
from graph.transport.routes import Shortcut, graphql_routes
from graph.transport.server import drop_deaf_peers, uvicorn_options
from graph.transport.websocket import WebSocketEndpoint
from resolvers.viewer import Viewer
from tests.graph.transport.schema import SCHEMA, Context, World

FOREIGN = "https://elsewhere.test"
FRIENDLY = "https://app.test"


@dataclass
class Served:
    """A running server. `http` and `connect` speak to its `/graphql`."""

    world: World
    websocket: WebSocketEndpoint
    endpoint: HTTPEndpoint
    uvicorn: uvicorn.Server
    http: httpx.AsyncClient
    port: int

    async def post(self, query: str, **more: Any) -> httpx.Response:
        headers = more.pop("headers", {})
        return await self.http.post("/graphql", json={"query": query, **more}, headers=headers)

    @asynccontextmanager
    async def connect(self, *, init: dict[str, Any] | None = None, **options: Any) -> AsyncIterator["Socket"]:
        """A socket; initialised with a payload where one is given."""
        options = {"subprotocols": ["graphql-transport-ws"], **options}
        async with websockets.connect(f"ws://127.0.0.1:{self.port}/graphql", **options) as connection:
            client = Socket(connection)
            if init is not None:
                await client.send(type="connection_init", payload=init)
                assert await client.receive() == {"type": "connection_ack"}
            yield client

    async def settled(self, done: Callable[[], bool]) -> None:
        """Waits for what only uvicorn's insides can tell."""
        async with asyncio.timeout(10):
            while not done():  # noqa: ASYNC110 # uvicorn has no event to wait for
                await asyncio.sleep(0.01)


class Socket:
    """A client that sends and receives messages as they are."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def subscribe(self, operation_id: str, query: str, **more: Any) -> None:
        await self.send(id=operation_id, type="subscribe", payload={"query": query, **more})

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            text = await self.connection.recv(decode=True)
        message = orjson.loads(text)
        assert isinstance(message, dict)
        return message

    async def closed(self) -> tuple[int | None, str | None]:
        """Code and reason of the server's close."""
        async with asyncio.timeout(10):
            await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason


async def page(request: Request) -> Response:
    if "broken" in request.query_params:
        raise RuntimeError("the password is hunter2")
    return HTMLResponse("<title>GraphiQL</title>")


@asynccontextmanager
async def serving(
    limits: Limits, *, secure_cookies: bool, frame_ping_seconds: float, deaf_seconds: float
) -> AsyncIterator[Served]:
    def new_context(viewer: Viewer | None, _: Head) -> Context:
        context = Context(served.world, viewer)
        served.world.contexts.append(context)
        return context

    async def viewer_of(token: str) -> Viewer | None:
        return await served.world.viewer_of(token)

    operations = Operations(Executor(SCHEMA._schema, limits), Authenticator(viewer_of, [FRIENDLY]), new_context, limits)
    endpoint = HTTPEndpoint(operations, secure_cookies=secure_cookies, page=page)
    sockets = WebSocketEndpoint(operations)
    routes = graphql_routes("/graphql", endpoint, sockets, [FRIENDLY])
    app = Shortcut(Starlette(routes=routes), "/graphql")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        **uvicorn_options(limits, ping_seconds=frame_ping_seconds),
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        drop_deaf_peers(listener, deaf_seconds)
        port = listener.getsockname()[1]
        running = asyncio.create_task(server.serve([listener]))
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
                served = Served(World(), sockets, endpoint, server, http, port)
                yield served
        finally:
            await endpoint.drain()
            await sockets.drain()
            server.should_exit = True
            await running

"""GraphQL over websockets: graphql-transport-ws."""

import asyncio

from starlette.types import Receive, Scope, Send

from datasources.records.ids import SessionId
from graph.transport.connection import SESSION_ENDED, Connection
from graph.transport.head import Head
from graph.transport.messages import SUBPROTOCOL, Close
from graph.transport.operations import Operations
from resolvers.viewer import Viewer


class WebSocketEndpoint:
    """The ASGI application for one path, and the sockets that are open now."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._open: set[Connection] = set()
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        spoken = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": spoken})
        if spoken is None:
            await _close(send, Close.BAD_SUBPROTOCOL, "Subprotocol not acceptable")
        elif self._draining:
            await _close(send, Close.RESTARTING, "Restarting")
        else:
            await self._serve(Connection(self._operations, Head(scope), receive, send))

    def viewers(self) -> list[Viewer]:
        """With whose sessions sockets are open."""
        return [connection.viewer for connection in self._open if connection.viewer is not None]

    def end_session(self, session_id: SessionId) -> None:
        """Closes every socket that was opened with the session."""
        for connection in self._open:
            if connection.viewer is not None and connection.viewer.session_id == session_id:
                connection.end(Close.UNAUTHORIZED, SESSION_ENDED)

    async def drain(self) -> None:
        """Closes every socket, and every one that comes later, with 1012; clients come back with their last cursor."""
        self._draining = True
        for connection in self._open:
            connection.end(Close.RESTARTING, "Restarting")
        async with asyncio.timeout(2 * self._operations.limits.send_seconds):
            await self._empty.wait()

    async def _serve(self, connection: Connection) -> None:
        self._open.add(connection)
        self._empty.clear()
        try:
            await connection.run()
        finally:
            self._open.discard(connection)
            if not self._open:
                self._empty.set()


async def _close(send: Send, code: Close, reason: str) -> None:
    await send({"type": "websocket.close", "code": int(code), "reason": reason})

"""How uvicorn is to serve the transports."""

import asyncio
import socket
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from graph.limits import Limits
from graph.transport.frames import EXTENSION

FAREWELL_SECONDS: Final = 5.0
PING_SECONDS: Final = 20.0
DEAF_SECONDS: Final = 30.0
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than balancers and clients keep an idle connection: whoever sends on it does not find it just closed."""


class HTTPProtocol(HttpToolsProtocol):
    """uvicorn's, which asks the kernel to send the head of an answer, and then again to send its body.

    Each costs as much as all that uvicorn itself does for a request. Here an answer of known length goes out at once.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._joining = _Joining(transport)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._joining.answers(cycle)
        super()._start_asgi_task(cycle, app)


class _Joining(asyncio.Transport):
    """What the answers on one connection are written to, one after the other."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._coming: RequestResponseCycle | None = None
        self._head: bytes | None = None

    def answers(self, cycle: RequestResponseCycle) -> None:
        """What comes next answers this request, perhaps after a `100 Continue`, which has to go out at once."""
        self._coming = cycle
        cycle.transport = self

    def write(self, data: Any) -> None:
        coming = self._coming
        if coming is not None and coming.response_started:
            self._coming = None
            if coming.chunked_encoding is False and coming.scope["method"] != "HEAD":
                self._head = data
                return
        if self._head is None:
            self._transport.write(data)
        else:
            head, self._head = self._head, None
            self._transport.writelines((head, data))

    def close(self) -> None:
        if self._head is not None:
            self.write(b"")
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's, which waits for ever to flush what a client that stopped reading will never take.

    ASGI has no way to say "drop it". So here a socket whose application has ended, or whose pong did not come, has some
    seconds to close in order, and is then cut.
    """

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            # The application's task is made, and has not run.
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self.write_frame

    def write_frame(self, frame: bytes) -> bool:
        """`graph.transport.frames.WriteFrame`: what uvicorn's `send` does, for a frame that is made already."""
        if (
            not self.writable.is_set()
            or self.close_sent
            or self.conn.state is not State.OPEN
            or self.conn.extensions
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frame)
        return True

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            self._cut_later()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_later()

    def _cut_later(self) -> None:
        if not self.disconnected:
            asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self.transport.abort)


def drop_deaf_peers(listener: socket.socket, seconds: float = DEAF_SECONDS) -> None:
    """Has the kernel cut connections whose peer takes nothing for so long; Linux alone can be asked.

    uvicorn waits for ever to flush an event stream that nobody reads. Connections inherit what the listener is told.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1_000))


def uvicorn_options(limits: Limits, *, ping_seconds: float = PING_SECONDS) -> dict[str, Any]:
    """Options of `uvicorn.Config`: sockets are pinged, and one that is half open is dropped within a minute."""
    return {
        "http": HTTPProtocol,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "ws": WebSocketProtocol,
        "ws_max_size": limits.body_bytes,
        "ws_per_message_deflate": False,
        "ws_ping_interval": ping_seconds,
        "ws_ping_timeout": ping_seconds,
    }

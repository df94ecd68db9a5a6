"""How uvicorn is to serve the transports."""

import asyncio
import socket
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from graph.limits import Limits

FAREWELL_SECONDS: Final = 5.0
PING_SECONDS: Final = 20.0
DEAF_SECONDS: Final = 30.0
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than balancers and clients keep an idle connection: whoever sends on it does not find it just closed."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's, which waits for ever to flush what a client that stopped reading will never take.

    ASGI has no way to say "drop it". So here a socket whose application has ended, or whose pong did not come, has some
    seconds to close in order, and is then cut.
    """

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
        "http": "httptools",
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "ws": WebSocketProtocol,
        "ws_max_size": limits.body_bytes,
        "ws_per_message_deflate": False,
        "ws_ping_interval": ping_seconds,
        "ws_ping_timeout": ping_seconds,
    }

"""A bare uvicorn websocket server: it sends every subscriber the bytes that Homeroom sends, and looks at nothing."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.fanout.peers.serving import Publish, run
from graph.limits import Limits
from graph.transport.server import uvicorn_options

TEXT = Path(os.environ["FANOUT_MESSAGE"]).read_text(encoding="utf-8")

Send = Any


class Bare:
    def __init__(self) -> None:
        self._open: set[Send] = set()

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        del scope
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
        await receive()
        await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
        try:
            while (await receive())["type"] != "websocket.disconnect":
                self._open.add(send)
        finally:
            self._open.discard(send)

    async def publish(self) -> None:
        message = {"type": "websocket.send", "text": TEXT}
        for send in tuple(self._open):
            await send(message)


@asynccontextmanager
async def start() -> AsyncIterator[tuple[Any, Publish]]:
    bare = Bare()
    yield bare, bare.publish


if __name__ == "__main__":
    run(start, **uvicorn_options(Limits()))

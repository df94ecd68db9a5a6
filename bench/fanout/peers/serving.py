"""Serves an ASGI application on uvicorn, and a port where each byte publishes a message: the same for all peers."""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
import uvloop

Publish = Callable[[], Awaitable[None]]


def run(start: Callable[[], AbstractAsyncContextManager[tuple[Any, Publish]]], **options: Any) -> None:
    """`python PEER.py PORT CONTROL_PORT`; prints `ready` when both are taken."""
    uvloop.run(_serve(start, int(sys.argv[1]), int(sys.argv[2]), options))


async def _serve(
    start: Callable[[], AbstractAsyncContextManager[tuple[Any, Publish]]],
    port: int,
    control_port: int,
    options: dict[str, Any],
) -> None:
    async with start() as (app, publish):
        wanted: asyncio.Queue[None] = asyncio.Queue()

        async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(1024):
                for _ in data:
                    wanted.put_nowait(None)
            writer.close()

        async def publish_all() -> None:
            while True:
                await wanted.get()
                await publish()

        publishing = asyncio.create_task(publish_all())
        server = uvicorn.Server(
            uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False, loop="none", **options)
        )
        async with await asyncio.start_server(control, "127.0.0.1", control_port):
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 50, 50)
            serving = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await asyncio.wait({serving, publishing}, return_when=asyncio.FIRST_COMPLETED)
            if publishing.done():
                publishing.result()
            publishing.cancel()

"""GraphQL over SSE, distinct connections: every response an event, comments while there is nothing to say."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.types import Receive, Send

from graph.execution.alarms import Alarms
from graph.limits import Limits
from graph.transport.departure import PATIENCE, ClientGone, WhileConnected
from graph.transport.payloads import Payload

OPENING: Final = b":\n\n"
KEEP_ALIVE: Final = b": keep-alive\n\n"
COMPLETE: Final = b"event: complete\ndata:\n\n"
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class EventStreams:
    """The streams that are open now."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: set[asyncio.Task[None]] = set()
        self._draining = False
        self._patience = Alarms(PATIENCE)

    async def send(self, responses: AsyncGenerator[Payload], receive: Receive, send: Send) -> None:
        """Raises `ClientGone` when the client closes, or does not read."""
        if self._draining:
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"1")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        stream = asyncio.create_task(self._write(responses, receive, send))
        self._open.add(stream)
        try:
            await stream
        except asyncio.CancelledError:
            if not self._draining or not stream.cancelled():
                raise
        finally:
            self._open.discard(stream)
            stream.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def drain(self) -> None:
        """Ends every stream, for a server that stops; clients come back with their last cursor."""
        self._draining = True
        streams = list(self._open)
        for stream in streams:
            stream.cancel()
        if streams:
            await asyncio.wait(streams, timeout=self._limits.send_seconds)

    async def _write(self, responses: AsyncGenerator[Payload], receive: Receive, send: Send) -> None:
        async def write(chunk: bytes) -> None:
            try:
                async with asyncio.timeout(self._limits.send_seconds):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                raise ClientGone from None

        async with WhileConnected(receive, self._patience), aclosing(responses):
            await write(OPENING)
            async with aclosing(_with_pauses(responses, self._limits.keep_alive_seconds)) as responses_and_pauses:
                async for payload in responses_and_pauses:
                    await write(KEEP_ALIVE if payload is None else payload.event)
            await write(COMPLETE)


async def _with_pauses(responses: AsyncGenerator[Payload], seconds: float) -> AsyncGenerator[Payload | None]:
    """The responses, and None whenever there was none for so many seconds."""
    pending: asyncio.Task[Payload | None] | None = None
    try:
        while True:
            pending = pending or asyncio.create_task(_next(responses))
            done, _ = await asyncio.wait({pending}, timeout=seconds)
            if not done:
                yield None
                continue
            response = pending.result()
            if response is None:
                return
            pending = None
            yield response
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.wait({pending})


async def _next(responses: AsyncGenerator[Payload]) -> Payload | None:
    return await anext(responses, None)

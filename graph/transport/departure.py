"""Work that ends when the client goes away."""

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

from graph.execution.alarms import Alarms

PATIENCE: Final = 0.05
"""Seconds before anyone watches: most answers are out by then, and cost no task of their own."""


class ClientGone(Exception):
    """The client has closed its connection; nobody reads an answer."""


class WhileConnected:
    """Cancels its body and raises `ClientGone` when the client closes. The request's body must have been read.

    `patience` are alarms after `PATIENCE`.
    """

    __slots__ = ("_gone", "_patience", "_receive", "_watcher", "_worker")

    _worker: "asyncio.Task[object]"

    def __init__(self, receive: Receive, patience: Alarms) -> None:
        self._receive = receive
        self._patience = patience
        self._watcher: asyncio.Task[None] | None = None
        self._gone = False

    async def __aenter__(self) -> None:
        worker = asyncio.current_task()
        if worker is None:
            raise RuntimeError("only a task can be watched over")
        self._worker = worker
        self._patience.set(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._patience.cancel(self)
        if self._watcher is None:
            return
        self._watcher.cancel()
        await asyncio.wait({self._watcher})
        if self._gone and kind is asyncio.CancelledError and self._worker.uncancel() == 0:
            raise ClientGone from None

    def ring(self) -> None:
        """Begins to watch."""
        self._watcher = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._worker.cancel()

"""Carries the driver's completions from its own thread to the event loop, waking the loop once for many."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

Answer = list[Any]


class Completions:
    """`succeed` and `fail` may be called on any thread; the futures are settled on the loop."""

    __slots__ = ("_awake", "_done", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[tuple[asyncio.Future[Answer], Answer | None, BaseException | None]] = deque()
        self._awake = False

    def succeed(self, rows: Answer | None, future: asyncio.Future[Answer]) -> None:
        self._add(future, rows, None)

    def fail(self, error: BaseException, future: asyncio.Future[Answer]) -> None:
        self._add(future, None, error)

    def _add(self, future: asyncio.Future[Answer], rows: Answer | None, error: BaseException | None) -> None:
        # Appending before looking here, and clearing before emptying there: whoever finds the flag set is still served.
        self._done.append((future, rows, error))
        if not self._awake:
            self._awake = True
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        self._awake = False
        done = self._done
        while done:
            future, rows, error = done.popleft()
            if future.done():  # whoever awaited it has been cancelled
                continue
            if error is None:
                future.set_result(rows or [])
            else:
                future.set_exception(error)

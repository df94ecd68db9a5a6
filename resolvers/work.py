"""Changes that have begun run to their end, whether their callers wait or not."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

T = TypeVar("T")

STOP_SECONDS: Final = 10.0

_log: Any = structlog.get_logger(__name__)


class Work:
    """A client that goes away in the middle of a change leaves no half of it: a message that is written but not told.

    `stop` waits for what is under way, and then ends it.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def finish(self, change: Coroutine[Any, Any, T]) -> T:
        """The change's result. Cancelling the caller does not cancel the change."""
        task = asyncio.create_task(change)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def stop(self) -> None:
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # Whoever still waits is told as well; who has gone is not, so it stands here.
            _log.debug("a change ended with an error", error=repr(task.exception()))

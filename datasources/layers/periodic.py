"""Work that is repeated until it is stopped, owned by whoever starts it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

import structlog

_log: Any = structlog.get_logger(__name__)


class Periodic:
    """Calls `work` again and again, `seconds` after the last call ended. Use `async with`, or `start` and `stop`.

    A call that fails is logged, once for each kind of failure in a row, and the next one comes as usual.
    """

    def __init__(self, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._seconds = seconds
        self._work = work
        self._failure: str | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins with a call at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._repeat(), name=self._name)

    async def stop(self) -> None:
        """Ends the work, in the middle of a call if need be."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _repeat(self) -> None:
        while True:
            try:
                await self._work()
                self._failure = None
            except Exception as error:  # noqa: BLE001 - one failed call must not end the work; it is logged
                if self._failure != (failure := repr(error)):
                    self._failure = failure
                    _log.warning("work failed, will be repeated", work=self._name, error=failure)
            await asyncio.sleep(self._seconds)

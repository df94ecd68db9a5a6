"""Alarms that are set for every operation, ring for hardly any, and so share one timer of the loop."""

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Protocol


class Alarm(Protocol):
    def ring(self) -> None:
        """It has stood for its time."""


class Alarms:
    """Each rings so many seconds after it was set, unless it was cancelled. They are of one event loop."""

    __slots__ = ("_due", "_is_timed", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[Alarm, float] = {}
        self._is_timed = False

    def __len__(self) -> int:
        return len(self._due)

    def set(self, alarm: Alarm) -> None:
        loop = asyncio.get_running_loop()
        due = self._due[alarm] = loop.time() + self._seconds
        if not self._is_timed:
            self._is_timed = True
            loop.call_at(due, self._ring)

    def cancel(self, alarm: Alarm) -> None:
        self._due.pop(alarm, None)

    def _ring(self) -> None:
        """What is due stands first, since all stand for the same time."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        rung = []
        for alarm, due in self._due.items():
            if due > now:
                loop.call_at(due, self._ring)
                break
            rung.append(alarm)
        else:
            self._is_timed = False
        for alarm in rung:
            del self._due[alarm]
        for alarm in rung:
            alarm.ring()


class TimeLimit:
    """One limit of many operations: what it is called for is a context manager that does as `asyncio.timeout` does."""

    __slots__ = ("_alarms",)

    def __init__(self, seconds: float) -> None:
        self._alarms = Alarms(seconds)

    def __call__(self) -> AbstractAsyncContextManager[None]:
        return _Limited(self._alarms)


class _Limited(AbstractAsyncContextManager[None]):
    __slots__ = ("_alarms", "_cancelling", "_rang", "_task")

    _cancelling: int
    _task: "asyncio.Task[Any]"

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms
        self._rang = False

    def ring(self) -> None:
        self._rang = True
        self._task.cancel()

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be limited in its time")
        self._task = task
        self._cancelling = task.cancelling()
        self._alarms.set(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._alarms.cancel(self)
        # Cancelled by somebody else as well, it is cancelled.
        if self._rang and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

"""Ending tasks for sure."""

from asyncio import Task, wait
from collections.abc import Iterable
from typing import Any, Final

AGAIN_SECONDS: Final = 0.1


async def end(tasks: Iterable[Task[Any]]) -> None:
    """Cancels these tasks, and returns when they have ended, with whatever outcome.

    Asked again until they obey: on Python 3.11 `asyncio.wait_for`, as the driver uses it, swallows a cancellation that
    arrives together with its result.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await wait(pending, timeout=AGAIN_SECONDS)

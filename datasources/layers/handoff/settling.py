"""Marks that are cleared behind the acknowledgement."""

import asyncio
from typing import Any, Final

import structlog

from datasources.errors import DatasourceError
from datasources.events.tasks import end
from datasources.layers.handoff.sides import WRITE_SECONDS, Owing
from datasources.records.changes import RoomEvent

AT_ONCE: Final = 100
WAITING_MAXIMUM: Final = 10_000
STOP_SECONDS: Final = 3.0

_log: Any = structlog.get_logger(__name__)


class Settler:
    """Clears marks in groups, one group at a time. What it drops, at its bound or in an outage, the sweeper settles."""

    def __init__(self, debtor: Owing) -> None:
        self._debtor = debtor
        self._waiting: asyncio.Queue[RoomEvent] = asyncio.Queue(WAITING_MAXIMUM)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="settler")

    async def stop(self) -> None:
        """Settles what waits, within three seconds."""
        task, self._task = self._task, None
        if task is None:
            return
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._waiting.join()
        except TimeoutError:
            _log.warning("marks are left to the sweeper", marks=self._waiting.qsize())
        await end([task])

    def settle(self, event: RoomEvent) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait(event)

    async def _run(self) -> None:
        while True:
            group = [await self._waiting.get()]
            while len(group) < AT_ONCE and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            try:
                await self._debtor.ask(self._debtor.store.settle(group), WRITE_SECONDS)
            except DatasourceError as error:
                _log.warning("marks are left to the sweeper", marks=len(group), error=str(error))
            finally:
                for _ in group:
                    self._waiting.task_done()

"""Ended sessions, told to every process, so that the sockets that were opened with them close (4401)."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from datasources.events.hub import Delivery, Hub
from datasources.events.queues import SlowSubscriber
from datasources.records.ids import SessionId

TOPIC: Final = "sessions-ended"


class Revocations:
    """`end` closes what this process has open for a session. While the broker is away, the look-up at each mutation
    and every half minute does it.
    """

    def __init__(self, hub: Hub, end: Callable[[SessionId], None]) -> None:
        self._hub = hub
        self._end = end
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._listening = asyncio.create_task(self._listen(), name="revocations")

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})

    async def announce(self, session_ids: Sequence[SessionId]) -> None:
        for session_id in session_ids:
            await self._hub.publish(TOPIC, session_id.encode(), durable=False)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._hub.subscribe(TOPIC) as ended:
                    async for each in ended:
                        if isinstance(each, Delivery):
                            self._end(SessionId(each.payload.decode()))
            except SlowSubscriber:
                continue
            return

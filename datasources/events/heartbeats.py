"""Which processes are alive, as each hears from the others through the broker.

A process that dies between the log and the broker has told nobody of its last event: when one falls silent, the others
look into the logs that they serve. Source: consistency.md.
"""

import logging
import secrets
from asyncio import Event as Flag
from asyncio import Task, TaskGroup, create_task, timeout
from time import monotonic
from typing import Final

from datasources.events.hub import Delivery, Hub, Lapse
from datasources.events.queues import SlowSubscriber
from datasources.events.tasks import end

TOPIC: Final = "homeroom:processes"
BEAT_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 3.0

_HERE: Final = b"here "
_GONE: Final = b"gone "

_log = logging.getLogger(__name__)


class Heartbeats:
    """Says each second that this process lives, and that it goes when it is stopped; hears the same of the others.

    Of one that has been silent for three seconds without a goodbye it is concluded, once, that it died. Nothing is
    concluded from a silence in which this process could not hear: its connection was away, or it was itself held up.
    """

    def __init__(self, hub: Hub, *, topic: str = TOPIC) -> None:
        self.process_id = secrets.token_hex(8)
        self._hub = hub
        self._topic = topic
        self._heard: dict[str, float] = {}
        self._away = True
        self._beat_now = Flag()
        self._task: Task[None] | None = None

    async def start(self) -> None:
        """Does not wait for the broker. Start the hub first."""
        self._task = create_task(self._run(), name="heartbeats")

    async def stop(self) -> None:
        """Says goodbye, so that nobody takes this for a death. Stop it when all has been told, before the hub."""
        if self._task is None:
            return
        await end([self._task])
        self._task = None
        await self._say(_GONE)

    def others(self) -> frozenset[str]:
        """The ids of the other live processes; while the broker is away, of those that lived before."""
        return frozenset(self._heard)

    async def _run(self) -> None:
        async with TaskGroup() as tasks:
            tasks.create_task(self._beat())
            tasks.create_task(self._hear_all())

    async def _beat(self) -> None:
        while True:
            await self._say(_HERE)
            began = monotonic()
            try:
                async with timeout(BEAT_SECONDS):
                    await self._beat_now.wait()
            except TimeoutError:
                self._conclude(held_up=monotonic() - began > 2 * BEAT_SECONDS)
            self._beat_now.clear()

    async def _hear_all(self) -> None:
        while True:
            async with self._hub.subscribe(self._topic) as subscription:
                self._away = False
                self._forgive()
                try:
                    async for item in subscription:
                        self._hear(item)
                except SlowSubscriber:
                    _log.warning("more heartbeats came than could be heard")
                else:
                    return

    def _hear(self, item: Delivery | Lapse) -> None:
        if item is Lapse.AWAY:
            self._away = True
        elif item is Lapse.RESTORED:
            if self._away:
                self._forgive()
            self._away = False
        elif item.payload.startswith(_HERE):
            self._is_here(item.payload.removeprefix(_HERE).decode(errors="replace"))
        elif item.payload.startswith(_GONE):
            self._heard.pop(item.payload.removeprefix(_GONE).decode(errors="replace"), None)

    def _is_here(self, process_id: str) -> None:
        if process_id == self.process_id:
            return
        if process_id not in self._heard:
            # A newcomer need not wait to hear of this one.
            self._beat_now.set()
        self._heard[process_id] = monotonic()

    def _conclude(self, *, held_up: bool) -> None:
        if self._away:
            return
        if held_up:
            self._forgive()
            return
        silent = [each for each, at in self._heard.items() if monotonic() - at > SILENT_SECONDS]
        for each in silent:
            del self._heard[each]
        if silent:
            _log.warning("silent for %s s, looking into the logs: %s", SILENT_SECONDS, ", ".join(silent))
            self._hub.doubt()

    def _forgive(self) -> None:
        """Counts every silence from now on."""
        self._heard = dict.fromkeys(self._heard, monotonic())

    async def _say(self, word: bytes) -> None:
        await self._hub.publish(self._topic, word + self.process_id.encode(), durable=False)

"""Topics shared between the processes, with one subscription to the broker a topic and process.

broadcaster carries the messages; its queues have no bound and its first subscribers of a topic race each other, so each
topic is subscribed once here, and its queue is emptied at once into queues of our own.
"""

import logging
from asyncio import Event as Flag
from asyncio import Task, create_task, sleep, timeout
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from broadcaster import Broadcast

from datasources.errors import Unavailable
from datasources.events.backend import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, RedisBackend
from datasources.events.queues import BoundedQueue
from datasources.events.tasks import end

CONFIRM_SECONDS: Final = 2.0
MAX_ITEMS: Final = 1_000
MAX_BYTES: Final = 4 << 20

_NUDGE: Final = b""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message of a topic. One that did not come `through_broker` was published in this process while it was away."""

    payload: bytes
    through_broker: bool


class Lapse(Enum):
    """What a subscriber of durable messages must know, among the messages and in their order."""

    AWAY = "messages of other processes do not arrive now: look into the log from time to time"
    RESTORED = "they arrive again, but some may have been missed: look into the log once"


Subscription = BoundedQueue[Delivery | Lapse]


class Hub:
    """Publishes to topics and subscribes to them. A topic is a name; a payload is any bytes but none."""

    def __init__(self, backend: RedisBackend) -> None:
        self._backend = backend
        self._broadcast = Broadcast(backend=backend)
        self._topics: dict[str, _Topic] = {}
        self._pumps: set[Task[None]] = set()
        self._owed: dict[str, _Untold] = {}
        self._owing = Flag()
        self._payer: Task[None] | None = None
        backend.observer = self

    async def start(self) -> None:
        """Begins to connect; does not wait for it."""
        await self._broadcast.connect()
        self._payer = create_task(self._pay(), name="live-nudges")

    async def stop(self) -> None:
        """Ends all subscriptions; iterating over them ends too."""
        if self._payer is None:
            return
        for topic in list(self._topics.values()):
            topic.close(None)
        tasks = [self._payer, *self._pumps]
        self._payer = None
        await end(tasks)
        await self._broadcast.disconnect()

    @property
    def connected(self) -> bool:
        """Whether messages of other processes arrive."""
        return self._backend.connected

    @property
    def topics(self) -> int:
        """How many topics this process is subscribed to."""
        return len(self._topics)

    async def publish(self, topic: str, payload: bytes, *, durable: bool = True) -> None:
        """Tells all subscribers of the topic, those of this process even while the broker is away.

        Never raises for an outage and takes half a second at most. The subscribers of other processes are told later of
        `durable` messages that the broker did not take: they get the first of them, which says from when on something
        is missing, and must look into the log.
        """
        if not payload:
            raise ValueError("a payload is at least one byte")
        known = self._topics.get(topic)
        try:
            if topic in self._owed:
                # First what went before, so that nobody takes this message for the next one.
                await self._nudge(topic)
            await self._broadcast.publish(topic, payload)
        except Unavailable:
            if durable:
                self._owe(topic, payload)
                if known is not None and known.confirmed:
                    # What came before this may have been lost, although the connection is not known to be.
                    known.tell(Lapse.RESTORED)
        else:
            if known is None or known.confirmed:
                return
        self._deliver(topic, payload, through_broker=False)

    def nudge(self, topic: str) -> None:
        """Has the topic's subscribers in all processes look into the log, as when an event may or may not be in it."""
        self._owe(topic, None)

    @asynccontextmanager
    async def subscribe(
        self, topic: str, *, max_items: int = MAX_ITEMS, max_bytes: int = MAX_BYTES
    ) -> AsyncIterator[Subscription]:
        """A subscription that holds what is published after this was entered, beginning with `AWAY` if it must.

        Iterating over it raises `SlowSubscriber` once more has waited in it than `max_items` or `max_bytes`.
        """
        shared = self._topics.get(topic)
        if shared is None:
            # Nothing is awaited from the look above to the entry below: one topic, one pump.
            shared = self._topics[topic] = _Topic(topic)
            shared.pump = create_task(self._pump(shared), name=f"live-topic-{topic}")
            self._pumps.add(shared.pump)
            shared.pump.add_done_callback(self._pumps.discard)
        subscription: Subscription = BoundedQueue(
            max_items=max_items, max_bytes=max_bytes, on_close=shared.subscriptions.discard
        )
        shared.subscriptions.add(subscription)
        shared.users += 1
        try:
            await self._settle(shared)
            if not shared.confirmed:
                shared.announced_away = True
                subscription.put(Lapse.AWAY, 0)
            yield subscription
        finally:
            subscription.close()
            shared.users -= 1
            if not shared.users:
                if self._topics.get(topic) is shared:
                    del self._topics[topic]
                await end([shared.pump])

    def doubt(self) -> None:
        """Tells all subscriptions that something may have been missed, as when another process died."""
        for topic in self._topics.values():
            # Those that were told that it is away look into the log until they hear that it is back.
            if not topic.announced_away:
                topic.tell(Lapse.RESTORED)

    def topic_confirmed(self, topic: str) -> None:
        known = self._topics.get(topic)
        if known is None or known.confirmed:
            return
        known.confirmed = True
        known.settled.set()
        if known.announced_away:
            known.announced_away = False
            known.tell(Lapse.RESTORED)

    def connection_lost(self) -> None:
        for topic in self._topics.values():
            topic.confirmed = False
            topic.settled.set()
            if not topic.announced_away:
                topic.announced_away = True
                topic.tell(Lapse.AWAY)

    async def _settle(self, topic: "_Topic") -> None:
        if topic.confirmed or not self._backend.connected:
            return
        try:
            async with timeout(CONFIRM_SECONDS):
                await topic.settled.wait()
        except TimeoutError:
            _log.warning("Redis has not confirmed the topic %s in %s s", topic.name, CONFIRM_SECONDS)

    async def _pump(self, topic: "_Topic") -> None:
        try:
            async with self._broadcast.subscribe(topic.name) as subscriber:
                while True:
                    payload: Any = (await subscriber.get()).message
                    if self._topics.get(topic.name) is topic:
                        self._deliver(topic.name, payload, through_broker=True)
        except Exception as error:
            # A pump that broke must not leave subscribers that wait for ever.
            self._topics.pop(topic.name, None)
            topic.close(error)
            raise

    def _deliver(self, topic: str, payload: bytes, *, through_broker: bool) -> None:
        known = self._topics.get(topic)
        if known is None:
            return
        if payload == _NUDGE:
            known.tell(Lapse.RESTORED)
            return
        delivery = Delivery(payload, through_broker)
        for subscription in tuple(known.subscriptions):
            subscription.put(delivery, len(payload))

    async def _pay(self) -> None:
        """Tells other processes of durable messages that were not taken, as soon as the broker takes anything."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._owing.wait()
            topic = next(iter(self._owed), None)
            if topic is None:
                self._owing.clear()
                continue
            try:
                await self._nudge(topic)
                pause = FIRST_PAUSE_SECONDS
            except Unavailable:
                await sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _owe(self, topic: str, payload: bytes | None) -> None:
        known = self._owed.get(topic)
        first = payload if known is None or known.first is None else known.first
        self._owed[topic] = _Untold(first)
        self._owing.set()

    async def _nudge(self, topic: str) -> None:
        untold = self._owed.get(topic)
        if untold is not None and untold.first is not None:
            await self._broadcast.publish(topic, untold.first)
        await self._broadcast.publish(topic, _NUDGE)
        # What failed meanwhile is owed anew.
        if untold is not None and self._owed.get(topic) is untold:
            del self._owed[topic]


@dataclass(frozen=True, slots=True, eq=False)
class _Untold:
    """What others have to be told of a topic; `first` is the first message that the broker did not take, if any."""

    first: bytes | None


class _Topic:
    __slots__ = ("announced_away", "confirmed", "name", "pump", "settled", "subscriptions", "users")

    pump: Task[None]

    def __init__(self, name: str) -> None:
        self.name = name
        self.subscriptions: set[Subscription] = set()
        self.users = 0
        self.confirmed = False
        self.announced_away = False
        self.settled = Flag()

    def tell(self, lapse: Lapse) -> None:
        for subscription in tuple(self.subscriptions):
            subscription.put(lapse, 0)

    def close(self, error: BaseException | None) -> None:
        for subscription in tuple(self.subscriptions):
            subscription.close(error)

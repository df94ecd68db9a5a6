"""broadcaster's transport over Redis pub/sub, made to survive restarts of Redis.

broadcaster's own backend delivers nothing on redis-py 8 and stops for good when the connection ends. This one connects
again with a growing pause, subscribes to all topics anew, and says what was lost and what is subscribed again.
"""

import logging
from asyncio import Queue, Task, create_task, sleep, timeout
from pathlib import Path
from typing import Any, Final, Protocol

from broadcaster import BroadcastBackend, Event
from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from datasources.errors import Unavailable
from datasources.events.session import Session
from datasources.events.tasks import end
from datasources.layers.gate import Gate

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0
CONNECT_SECONDS: Final = 2.0
PUBLISH_SECONDS: Final = 0.5
PUBLISHING_CONNECTIONS: Final = 8
RECEIVED_AT_ONCE: Final = 1_000

_log = logging.getLogger(__name__)


class Observer(Protocol):
    """Whoever must know whether Redis may have swallowed something."""

    def topic_confirmed(self, topic: str) -> None:
        """From now on all that is published under this topic arrives."""

    def connection_lost(self) -> None:
        """No topic is subscribed any longer, until each is confirmed again."""


class RedisBackend(BroadcastBackend):
    """`url` is redis://, rediss:// or unix://; `ca_file`, a bundle of certificates, switches TLS on.

    Neither `connect` nor `subscribe` waits for Redis, and both are well while it is away. `subscribe` must not fail or
    be cancelled, since broadcaster then forgets what it was doing. Messages are bytes.
    """

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        options: dict[str, Any] = dict(parse_url(url))
        connection_class = options.pop("connection_class", Connection)
        if ca_file is not None:
            connection_class = SSLConnection
            options["ssl_ca_certs"] = str(ca_file)
        # RESP 2 tells messages from answers by their form alone, whatever the driver does with pushes.
        options |= {"protocol": 2, "decode_responses": False, "socket_connect_timeout": CONNECT_SECONDS}
        self._connection_class: type[Connection] = connection_class
        self._subscribing = options | {"socket_timeout": CONNECT_SECONDS, "health_check_interval": 0}
        self._publisher = Redis(
            connection_pool=BlockingConnectionPool(
                connection_class=connection_class,
                max_connections=PUBLISHING_CONNECTIONS,
                timeout=PUBLISH_SECONDS,
                **options | {"socket_timeout": PUBLISH_SECONDS, "retry": Retry(NoBackoff(), 1)},
            )
        )
        self._gate = Gate("redis", _is_outage)
        self._received: Queue[Event] = Queue(RECEIVED_AT_ONCE)
        self._wanted: set[str] = set()
        self._session: Session | None = None
        self._keeper: Task[None] | None = None
        self.observer: Observer = _Nobody()
        self.connected = False

    async def connect(self) -> None:
        self._keeper = create_task(self._keep_connected(), name="redis-subscriptions")

    async def disconnect(self) -> None:
        if self._keeper is not None:
            await end([self._keeper])
            self._keeper = None
        await self._publisher.aclose()
        await self._publisher.connection_pool.disconnect()

    async def subscribe(self, group: str) -> None:
        self._wanted.add(group)
        if self._session is not None:
            self._session.changed(group)

    async def unsubscribe(self, group: str) -> None:
        self._wanted.discard(group)
        if self._session is not None:
            self._session.changed(group)

    async def publish(self, channel: str, message: bytes) -> None:
        """Raises `Unavailable` within half a second, and at once while Redis is known to be away."""
        with self._gate.statement():
            async with timeout(PUBLISH_SECONDS):
                await self._publisher.publish(channel, message)

    async def next_published(self) -> Event:
        return await self._received.get()

    async def _keep_connected(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            connection = self._connection_class(**self._subscribing)
            self._session = Session(connection, self._wanted, deliver=self._deliver, confirm=self._confirm)
            try:
                await self._session.run(self._opened)
            except* (RedisError, OSError) as errors:
                if self.connected or pause == FIRST_PAUSE_SECONDS:
                    _log.warning("no live messages through Redis until it is back: %s", errors.exceptions[0])
            if self.connected:
                pause = FIRST_PAUSE_SECONDS
            self._session = None
            self.connected = False
            self.observer.connection_lost()
            await sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _opened(self) -> None:
        self.connected = True
        _log.info("subscribed through Redis")

    async def _deliver(self, topic: str, payload: bytes) -> None:
        event = Event(topic, payload)  # type: ignore[arg-type]  # broadcaster says str and hands on anything
        await self._received.put(event)

    def _confirm(self, topic: str) -> None:
        self.observer.topic_confirmed(topic)


class _Nobody:
    def topic_confirmed(self, topic: str) -> None:
        pass

    def connection_lost(self) -> None:
        pass


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, (RedisError, OSError, TimeoutError, Unavailable))

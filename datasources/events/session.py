"""One connection to Redis that is subscribed to topics: from its first byte to its last."""

from asyncio import Event as Flag
from asyncio import TaskGroup, get_running_loop, timeout
from collections import Counter
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from itertools import islice
from math import inf
from typing import Any, Final

from redis.asyncio import Connection
from redis.exceptions import ConnectionError as ConnectionLost

PING_SECONDS: Final = 2.0
SILENCE_SECONDS: Final = 5.0
TOPICS_A_COMMAND: Final = 500

Deliver = Callable[[str, bytes], Awaitable[None]]
Confirm = Callable[[str], None]


class Session:
    """Keeps the connection subscribed to what `wanted` holds; tell it of changes with `changed`.

    `deliver` is called with every message, `confirm` with every topic that Redis has acknowledged. A connection that
    says nothing for five seconds, although it is asked every two, is taken for dead.
    """

    def __init__(self, connection: Connection, wanted: AbstractSet[str], *, deliver: Deliver, confirm: Confirm) -> None:
        self._connection = connection
        self._wanted = wanted
        self._deliver = deliver
        self._confirm = confirm
        self._asked: set[str] = set()
        self._unanswered: Counter[str] = Counter()
        self._changes: set[str] = set(wanted)
        self._wake = Flag()
        self._heard = 0.0

    def changed(self, topic: str) -> None:
        """Says that this topic has come to `wanted` or gone from it."""
        self._changes.add(topic)
        self._wake.set()

    async def run(self, on_open: Callable[[], None]) -> None:
        """Raises what ended the connection, in a group; calls `on_open` once Redis has answered."""
        connection = self._connection
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # the driver leaves it without types
            await connection.send_command("PING", check_health=False)
            await connection.read_response()
            self._heard = get_running_loop().time()
            on_open()
            async with TaskGroup() as tasks:
                tasks.create_task(self._read())
                tasks.create_task(self._write())
        finally:
            await connection.disconnect(nowait=True)

    async def _read(self) -> None:
        clock = get_running_loop().time
        while True:
            response = await self._connection.read_response(timeout=inf, disconnect_on_error=False)
            self._heard = clock()
            match response:
                case [b"message", topic, payload]:
                    await self._deliver(topic.decode(), payload)
                case [b"subscribe" | b"unsubscribe", topic, _]:
                    self._answered(topic.decode())

    async def _write(self) -> None:
        clock = get_running_loop().time
        while True:
            await self._send_changes()
            try:
                async with timeout(PING_SECONDS):
                    await self._wake.wait()
                self._wake.clear()
            except TimeoutError:
                await self._send("PING")
            if clock() - self._heard > SILENCE_SECONDS:
                raise ConnectionLost("Redis has stopped answering on the subscribed connection")

    async def _send_changes(self) -> None:
        while self._changes:
            some = list(islice(self._changes, TOPICS_A_COMMAND))
            self._changes.difference_update(some)
            joined = [topic for topic in some if topic in self._wanted and topic not in self._asked]
            left = [topic for topic in some if topic not in self._wanted and topic in self._asked]
            self._asked.update(joined)
            self._asked.difference_update(left)
            self._unanswered.update(joined + left)
            for topic in some:
                # It went and came back before Redis heard of it, so no answer will follow.
                if topic in self._asked and not self._unanswered[topic]:
                    self._confirm(topic)
            if joined:
                await self._send("SUBSCRIBE", *joined)
            if left:
                await self._send("UNSUBSCRIBE", *left)

    def _answered(self, topic: str) -> None:
        # Answers come in the order of the questions: only the last one speaks of what holds now.
        self._unanswered[topic] -= 1
        if self._unanswered[topic] <= 0:
            del self._unanswered[topic]
            if topic in self._asked:
                self._confirm(topic)

    async def _send(self, *command: Any) -> None:
        await self._connection.send_command(*command, check_health=False)

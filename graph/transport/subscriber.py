"""One operation of a websocket that hears a room: frames go out where the socket takes them, or wait within bounds."""

from typing import Any, Protocol

from datasources.events.queues import BoundedQueue, SlowSubscriber
from graph.errors import FormattedError, of_exception
from graph.transport.fanout import Hearer, OwnContext
from graph.transport.payloads import Payload
from resolvers.holding import Right
from resolvers.room_streams import WAITING_BYTES, WAITING_MAXIMUM


class Socket(Protocol):
    """The connection, as its operations see it."""

    def own_context(self) -> OwnContext:
        """A fresh one, of its viewer."""

    def write(self, frame: bytes) -> bool:
        """As `WriteFrame`; False too where the server cannot."""

    async def tell(self, text: str) -> None:
        """Waits until the socket takes it, within the time that it is given."""

    def begin(self, work: Any) -> None:
        """Runs a coroutine until the socket ends."""

    def finished(self, operation_id: str, errors: list[FormattedError] | None) -> None:
        """The operation is over: with errors, or completed."""


class Subscriber(Hearer):
    """Whatever is sent by way of it goes out in order."""

    __slots__ = ("_cancelled", "_header", "_id", "_socket", "_waiting")

    def __init__(self, right: Right, socket: Socket, operation_id: str, header: bytes) -> None:
        super().__init__(right)
        self._socket = socket
        self._id = operation_id
        self._header = header
        self._waiting: BoundedQueue[Payload] | None = None
        self._cancelled = False

    def context(self) -> OwnContext:
        return self._socket.own_context()

    def push(self, payload: Payload) -> None:
        if payload.refused is not None:
            self.leave()
            self._over(payload.refused)
        elif self._waiting is not None or not self._socket.write(payload.frame(self._header)):
            self._wait(payload)

    def ended(self, error: Exception | None) -> None:
        self._over(None if error is None else [of_exception(error)])

    def cancel(self) -> None:
        """The client wants to hear no more, and may use the id for another operation."""
        self._cancelled = True
        self.leave()
        if self._waiting is not None:
            self._waiting.close()

    def _over(self, errors: list[FormattedError] | None) -> None:
        if self._waiting is not None:
            self._waiting.close()
        self._socket.finished(self._id, errors)

    def _wait(self, payload: Payload) -> None:
        if self._waiting is None:
            self._waiting = BoundedQueue(
                max_items=WAITING_MAXIMUM, max_bytes=WAITING_BYTES, on_close=lambda _: self.leave()
            )
            self._socket.begin(self._send(self._waiting))
        self._waiting.put(payload, payload.size)

    async def _send(self, waiting: BoundedQueue[Payload]) -> None:
        try:
            while not waiting.read:
                payload = await anext(waiting, None)
                if payload is None:
                    return
                await self._socket.tell((self._header + payload.body).decode() + "}")
        except SlowSubscriber as slow:
            if not self._cancelled:
                self._socket.finished(self._id, [of_exception(slow)])
            return
        self._waiting = None

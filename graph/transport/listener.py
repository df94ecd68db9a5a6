"""One operation that hears a room, and whose transport waits for each payload in a task of its own."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from datasources.events.queues import BoundedQueue
from graph.execution.documents import Prepared
from graph.execution.executor import ResponseStream, Variables
from graph.transport.fanout import Fanout, Hearer, OwnContext
from graph.transport.payloads import Payload
from resolvers.holding import Right
from resolvers.room_streams import WAITING_BYTES, WAITING_MAXIMUM, RoomStream


class Listener(Hearer):
    __slots__ = ("_new_context", "payloads")

    def __init__(self, right: Right, new_context: Callable[[], OwnContext]) -> None:
        super().__init__(right)
        self._new_context = new_context
        self.payloads: BoundedQueue[Payload] = BoundedQueue(
            max_items=WAITING_MAXIMUM, max_bytes=WAITING_BYTES, on_close=lambda _: self.leave()
        )

    def context(self) -> OwnContext:
        return self._new_context()

    def push(self, payload: Payload) -> None:
        self.payloads.put(payload, payload.size)

    def ended(self, error: Exception | None) -> None:
        self.payloads.close(error)


async def heard(
    fanout: Fanout,
    source: RoomStream,
    stream: ResponseStream,
    prepared: Prepared,
    variables: Variables | None,
    new_context: Callable[[], OwnContext],
) -> AsyncGenerator[Payload]:
    """What is past for this operation alone, then what it hears together with others. Raises what ends the stream."""
    listener = Listener(source.hold(), new_context)
    try:
        async with aclosing(source.join(listener, *fanout.way_to_hear(stream, source, prepared, variables))) as past:
            async for event in past:
                yield Payload.of(await stream.respond(event, new_context()))
        if listener.audience is not None:
            async for payload in listener.payloads:
                yield payload
    finally:
        source.release(listener)

"""One websocket: its initialisation, its operations, its end."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from functools import partial
from typing import Any, Final

from graphql import OperationType
from starlette.types import Receive, Send

from datasources.errors import DatasourceError
from graph.auth import bearer
from graph.errors import Code, FormattedError, RequestError, error, of_exception
from graph.execution.executor import Response, ResponseStream, is_subscription
from graph.transport import messages
from graph.transport.fanout import WayToHear
from graph.transport.frames import EXTENSION, WriteFrame
from graph.transport.head import Head
from graph.transport.messages import Close, Closed, Gone, Message
from graph.transport.operations import Context, Operations, Request, execute
from graph.transport.payloads import encoded
from graph.transport.subscriber import Subscriber
from resolvers.room_streams import RoomStream
from resolvers.viewer import Viewer

SESSION_ENDED: Final = "The session has ended"


class Connection:
    """Speaks graphql-transport-ws over one accepted socket; operations run beside each other, each in its own task.

    Whatever ends the socket raises `Gone` in one of its tasks, and that ends all of them.
    """

    def __init__(self, operations: Operations, upgrade: Head, receive: Receive, send: Send) -> None:
        self._operations = operations
        self._limits = operations.limits
        self._upgrade = upgrade
        self._receive = receive
        self._send = send
        self._write: WriteFrame | None = upgrade.scope.get("extensions", {}).get(EXTENSION)
        self._token: str | None = None
        self._viewer: Viewer | None = None
        self._proved_at = 0.0
        self._initialised = False
        self._over = False
        self._running: dict[str, asyncio.Task[None] | Subscriber] = {}
        self._tasks = asyncio.TaskGroup()
        self._loop = asyncio.get_running_loop()
        self._pinger = self._loop.call_later(self._limits.ping_seconds, self._ping)

    @property
    def viewer(self) -> Viewer | None:
        """Whose session the socket was opened with."""
        return self._viewer

    async def run(self) -> None:
        """Until either side closes; nothing that the socket began is left behind."""
        try:
            async with self._tasks:
                try:
                    await self._serve()
                finally:
                    self._over = True
                    self._pinger.cancel()
                    for operation in self._running.values():
                        operation.cancel()
        except* Gone:
            pass

    def end(self, code: Close, reason: str) -> None:
        """Closes the socket from outside, and whatever it runs."""
        if not self._over:
            self.begin(self._close(Closed(code, reason)))

    async def _serve(self) -> None:
        try:
            try:
                async with asyncio.timeout(self._limits.init_seconds):
                    while not self._initialised:
                        await self._take(await self._next_message())
            except TimeoutError:
                raise Closed(Close.INIT_TIMED_OUT, "Connection initialisation timeout") from None
            while True:
                await self._take(await self._next_message())
        except Closed as closed:
            await self._close(closed)

    async def _close(self, closed: Closed) -> None:
        if not self._over:
            self._over = True
            await self._within_time({"type": "websocket.close", "code": int(closed.code), "reason": closed.reason})
        raise Gone

    async def _next_message(self) -> Message:
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            raise Gone
        text = event.get("text")
        if text is not None and len(text) > self._limits.body_bytes:
            raise Closed(Close.TOO_BIG, f"A message must not be larger than {self._limits.body_bytes} bytes.")
        return messages.decoded(text)

    async def _take(self, message: Message) -> None:
        match message["type"]:
            case "connection_init":
                await self._initialise(messages.payload_of(message) or {})
            case "ping":
                await self.tell(messages.pong(messages.payload_of(message)))
            case "pong":
                messages.payload_of(message)
            case "subscribe":
                await self._subscribe(messages.id_of(message), message)
            case "complete":
                running = self._running.pop(messages.id_of(message), None)
                if running is not None:
                    running.cancel()
            case other:
                raise Closed(Close.BAD_MESSAGE, f"A client must not send a {other} message.")

    async def _initialise(self, payload: Message) -> None:
        if self._initialised:
            raise Closed(Close.TOO_MANY_INITS, "Too many initialisation requests")
        authorization = payload.get("authorization", payload.get("Authorization"))
        if authorization is None:
            token = self._operations.authenticator.cookie_of_upgrade(self._upgrade)
        else:
            token = bearer(authorization)
        try:
            self._viewer = await self._operations.authenticator.of_token(token)
        except DatasourceError:
            raise Closed(Close.TRY_AGAIN_LATER, "Sessions cannot be looked up now") from None
        if self._viewer is None and authorization is not None:
            raise Closed(Close.FORBIDDEN, "Forbidden")
        if self._viewer is not None:
            self._token = token
        self._proved_at = self._loop.time()
        self._initialised = True
        await self.tell(messages.ACK)

    async def _subscribe(self, operation_id: str, message: Message) -> None:
        if not self._initialised:
            raise Closed(Close.UNAUTHORIZED, "Unauthorized")
        if operation_id in self._running:
            raise Closed(Close.DUPLICATE_ID, f"Subscriber for {operation_id} already exists")
        request = messages.request_of(message)
        most = self._limits.operations_per_socket
        if len(self._running) >= most:
            refusal = error(
                Code.TOO_MANY_OPERATIONS, f"A websocket runs at most {most} operations at once.", limit=most
            )
            await self.tell(messages.error(operation_id, [refusal]))
            return
        self._running[operation_id] = self._tasks.create_task(self._operate(operation_id, request))

    async def _operate(self, operation_id: str, request: Request) -> None:
        header = messages.next_header(operation_id)
        new_context = partial(self._operations.new_context, self._viewer, self._upgrade)
        try:
            prepared = self._operations.executor.prepare(request.query, request.operation_name)
            await self._prove_session(at_once=prepared.kind is OperationType.MUTATION)
            if not is_subscription(prepared):
                await self._respond(header, await execute(self._operations, request, prepared, new_context()))
            else:
                subscribed = await self._operations.executor.subscribe(prepared, request.variables, new_context)
                async with aclosing(subscribed) as stream:
                    source, fanout = stream.source, self._operations.fanout
                    if not isinstance(source, RoomStream) or fanout is None:
                        async for response in stream:
                            await self._respond(header, response)
                    else:
                        way = fanout.way_to_hear(stream, source, prepared, request.variables)
                        if await self._join(operation_id, header, stream, source, way):
                            return
        except Gone:
            raise
        except Exception as broken:  # noqa: BLE001 # the edge: logged under its id, and answered as INTERNAL
            await self._finish(
                operation_id, broken.errors if isinstance(broken, RequestError) else [of_exception(broken)]
            )
        else:
            await self._finish(operation_id, None)

    async def _respond(self, header: str, response: Response) -> None:
        if "data" not in response:
            raise RequestError(response["errors"])
        await self.tell(messages.framed(header, encoded(response).decode()))

    async def _join(
        self, operation_id: str, header: str, stream: ResponseStream, source: RoomStream, way: WayToHear
    ) -> bool:
        """Answers what is past; whether the operation goes on then, without a task of its own."""
        subscriber = Subscriber(source.hold(), self, operation_id, header.encode())
        try:
            async with aclosing(source.join(subscriber, *way)) as past:
                async for event in past:
                    await self._respond(header, await stream.respond(event, self.own_context()))
            # Nothing has waited since the last event: whoever wants to cancel the operation finds the subscriber here.
            if subscriber.audience is not None:
                self._running[operation_id] = subscriber
        finally:
            if subscriber.audience is None:
                source.release(subscriber)
        return subscriber.audience is not None

    def own_context(self) -> Context:
        return self._operations.new_context(self._viewer, self._upgrade)

    def write(self, frame: bytes) -> bool:
        return self._write is not None and not self._over and self._write(frame)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            self._tasks.create_task(work)
        except RuntimeError:
            # One of them has just ended the socket, which concerns nobody who serves others as well.
            work.close()

    def finished(self, operation_id: str, errors: list[FormattedError] | None) -> None:
        if not self._over:
            self._running.pop(operation_id, None)
            self.begin(self._tell_end(operation_id, errors))

    async def _finish(self, operation_id: str, errors: list[FormattedError] | None) -> None:
        # Free before it is told, so that a client may use the id again as soon as it knows.
        self._running.pop(operation_id, None)
        await self._tell_end(operation_id, errors)

    async def _tell_end(self, operation_id: str, errors: list[FormattedError] | None) -> None:
        if errors is not None and self._viewer is not None and RequestError(errors).code == Code.UNAUTHENTICATED:
            await self._close(Closed(Close.UNAUTHORIZED, SESSION_ENDED))
        await self.tell(messages.complete(operation_id) if errors is None else messages.error(operation_id, errors))

    async def _prove_session(self, *, at_once: bool) -> None:
        """Looks the session up again, at once or where that was some time ago: using it prolongs it."""
        if self._token is None:
            return
        if not at_once and self._loop.time() - self._proved_at < self._limits.session_proof_seconds:
            return
        if await self._operations.authenticator.of_token(self._token) is None:
            raise RequestError.one(Code.UNAUTHENTICATED, SESSION_ENDED)
        self._proved_at = self._loop.time()

    def _ping(self) -> None:
        self.begin(self.tell(messages.PING))
        self._pinger = self._loop.call_later(self._limits.ping_seconds, self._ping)

    async def tell(self, text: str) -> None:
        """Raises `Gone` where the socket does not take it in time."""
        if self._over:
            raise Gone
        await self._within_time({"type": "websocket.send", "text": text})

    async def _within_time(self, event: Message) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                await self._send(event)
        except OSError:
            # A client that is away, or (TimeoutError is one too) that stopped reading.
            raise Gone from None

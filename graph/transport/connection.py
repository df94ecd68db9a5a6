"""One websocket: its initialisation, its operations, its end."""

import asyncio
from contextlib import aclosing
from functools import partial
from typing import Final

from graphql import OperationType
from starlette.types import Receive, Send

from datasources.errors import DatasourceError
from graph.auth import bearer
from graph.errors import Code, RequestError, error, of_exception
from graph.transport import messages
from graph.transport.head import Head
from graph.transport.messages import Close, Closed, Gone, Message
from graph.transport.operations import Operations, Request, encoded, responses
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
        self._token: str | None = None
        self._viewer: Viewer | None = None
        self._proved_at = 0.0
        self._initialised = False
        self._over = False
        self._running: dict[str, asyncio.Task[None]] = {}
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
        except* Gone:
            pass

    def end(self, code: Close, reason: str) -> None:
        """Closes the socket from outside, and whatever it runs."""
        if not self._over:
            self._tasks.create_task(self._close(Closed(code, reason)))

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
                await self._tell(messages.pong(messages.payload_of(message)))
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
        await self._tell(messages.ACK)

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
            await self._tell(messages.error(operation_id, [refusal]))
            return
        self._running[operation_id] = self._tasks.create_task(self._operate(operation_id, request))

    async def _operate(self, operation_id: str, request: Request) -> None:
        header = messages.next_header(operation_id)
        last = messages.complete(operation_id)
        try:
            prepared = self._operations.executor.prepare(request.query, request.operation_name)
            await self._prove_session(at_once=prepared.kind is OperationType.MUTATION)
            new_context = partial(self._operations.new_context, self._viewer, self._upgrade)
            async with aclosing(responses(self._operations, request, prepared, new_context)) as stream:
                async for response in stream:
                    if "data" not in response:
                        raise RequestError(response["errors"])  # noqa: TRY301 # one way out for all that refuses
                    await self._tell(messages.framed(header, encoded(response).decode()))
        except RequestError as refused:
            if self._viewer is not None and refused.code == Code.UNAUTHENTICATED:
                await self._close(Closed(Close.UNAUTHORIZED, SESSION_ENDED))
            last = messages.error(operation_id, refused.errors)
        except Gone:
            raise
        except Exception as broken:  # noqa: BLE001 # the edge: logged under its id, and answered as INTERNAL
            last = messages.error(operation_id, [of_exception(broken)])
        # Free before it is told, so that a client may use the id again as soon as it knows.
        self._running.pop(operation_id, None)
        await self._tell(last)

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
        self._tasks.create_task(self._tell(messages.PING))
        self._pinger = self._loop.call_later(self._limits.ping_seconds, self._ping)

    async def _tell(self, text: str) -> None:
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

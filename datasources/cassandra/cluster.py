"""The connection to Cassandra: a `Store` that the driver serves from threads of its own."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from string import Template
from typing import Any, Final

from cassandra import DriverException, OperationTimedOut
from cassandra.cluster import EXEC_PROFILE_DEFAULT, NoHostAvailable
from cassandra.policies import HostStateListener
from cassandra.query import BatchStatement, BatchType

from datasources.cassandra.completions import Answer, Completions
from datasources.cassandra.driver import NAMED_ROWS, SERIAL, STORE, is_outage, new_driver, reason_of
from datasources.cassandra.settings import CassandraSettings
from datasources.errors import DatasourceError, Unavailable
from datasources.layers.gate import Gate

_log = logging.getLogger(__name__)

STATEMENTS_UNDER_WAY: Final = 512
_FIRST_ATTEMPT_SECONDS: Final = 5.0
_FIRST_PAUSE_SECONDS: Final = 0.2
_LAST_PAUSE_SECONDS: Final = 0.8
_PING_SECONDS: Final = 1.8
_CLOSE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A statement that is prepared when the connection is made; `$keyspace` stands for the keyspace's name.

    `idempotent`: done twice it does what it does once, so it may be sent again after an answer that never came.
    `named`: its rows are dictionaries, not tuples.
    `serial`: it reads what conditional writes have written, at LOCAL_SERIAL.
    """

    cql: str
    idempotent: bool = True
    named: bool = False
    serial: bool = False


@dataclass(frozen=True, slots=True)
class _Link:
    session: Any
    prepared: dict[Statement, Any]
    completions: Completions


_PING: Final = Statement("SELECT key FROM system.local WHERE key = 'local'")


class CassandraCluster:
    """Implements `Store`. Whoever uses it declares its statements before `open`."""

    name = STORE

    def __init__(self, settings: CassandraSettings) -> None:
        self._settings = settings
        self._gate = Gate(STORE, is_outage)
        self._statements = [_PING]
        # One thread: closing waits its turn behind a connection that is being made.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=STORE)
        self._under_way = asyncio.Semaphore(STATEMENTS_UNDER_WAY)
        self._link: _Link | None = None
        self._absence = "it has not been opened"
        self._driver: Any = None
        self._connecting: asyncio.Task[None] | None = None

    def declare(self, *statements: Statement) -> None:
        """Has these statements prepared by `open`."""
        if self._connecting is not None:
            raise RuntimeError("statements are declared before the connection is opened")
        self._statements.extend(statements)

    async def open(self) -> None:
        """Waits for the first attempt to connect, and goes on trying in the background where that fails."""
        first_attempt = asyncio.Event()
        self._absence = "it is being connected to"
        self._connecting = asyncio.create_task(self._connect_until_there(first_attempt), name="cassandra-connect")
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_ATTEMPT_SECONDS):
                await first_attempt.wait()

    async def close(self) -> None:
        self._link = None
        self._absence = "it has been closed"
        if self._connecting is not None:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    async def ping(self) -> None:
        await self._send(_PING, self._bound(_PING, ()), _PING_SECONDS)

    async def execute(self, statement: Statement, *values: Any) -> Answer:
        """The rows that the statement gives for these values, in the order of its `?`."""
        return await self._send(statement, self._bound(statement, values), self._settings.request_seconds)

    async def execute_as_one(self, writes: Sequence[tuple[Statement, tuple[Any, ...]]]) -> None:
        """Writes to one partition key, in one table or several: one mutation, so all of them or none."""
        if len(writes) == 1:
            ((only, values),) = writes
            await self.execute(only, *values)
            return
        batch = BatchStatement(BatchType.UNLOGGED)
        for statement, values in writes:
            batch.add(self._bound(statement, values))
        batch.is_idempotent = all(statement.idempotent for statement, _ in writes)
        await self._send(writes[0][0], batch, self._settings.request_seconds)

    def _bound(self, statement: Statement, values: Sequence[Any]) -> Any:
        return self._linked().prepared[statement].bind(values)

    def _linked(self) -> _Link:
        if self._link is None:
            raise Unavailable(STORE, self._absence)
        return self._link

    async def _send(self, statement: Statement, query: Any, seconds: float) -> Answer:
        link = self._linked()
        profile = NAMED_ROWS if statement.named else EXEC_PROFILE_DEFAULT
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            with self._gate.statement():
                try:
                    async with asyncio.timeout(seconds), self._under_way:
                        response = link.session.execute_async(query, execution_profile=profile, timeout=seconds)
                        response.add_callbacks(
                            link.completions.succeed,
                            link.completions.fail,
                            callback_args=(answer,),
                            errback_args=(answer,),
                        )
                        return await answer
                except (NoHostAvailable, OperationTimedOut, TimeoutError) as error:
                    raise Unavailable(STORE, reason_of(error)) from error
        except DriverException as error:
            raise DatasourceError(f"{STORE} refuses a statement: {error}") from error

    async def _connect_until_there(self, first_attempt: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                self._link = await loop.run_in_executor(self._thread, self._connect, loop)
            except Exception as error:  # noqa: BLE001 - whatever it is that keeps the driver away, it is tried again
                reason = reason_of(error)
                if reason != self._absence:
                    _log.warning("cassandra cannot be used yet: %s", reason)
                self._absence = reason
            else:
                self._gate.succeeded()
                first_attempt.set()
                return
            first_attempt.set()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LAST_PAUSE_SECONDS)

    def _connect(self, loop: asyncio.AbstractEventLoop) -> _Link:
        self._driver = new_driver(self._settings)
        try:
            session = self._driver.connect()
            session.default_fetch_size = None  # every statement has a LIMIT; answers come in one piece
            prepared = {statement: session.prepare(self._qualified(statement)) for statement in self._statements}
            for statement, form in prepared.items():
                form.is_idempotent = statement.idempotent
                if statement.serial:
                    form.consistency_level = SERIAL
            self._driver.register_listener(_OpensTheGate(loop, self._gate))
        except BaseException:
            self._disconnect()
            raise
        return _Link(session, prepared, Completions(loop))

    def _qualified(self, statement: Statement) -> str:
        return Template(statement.cql).substitute(keyspace=self._settings.keyspace)

    def _disconnect(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.shutdown()


class _OpensTheGate(HostStateListener):  # type: ignore[misc]  # the driver has no types
    """Lets statements through as soon as the driver has a node back, without waiting for the next probe."""

    def __init__(self, loop: asyncio.AbstractEventLoop, gate: Gate) -> None:
        self._loop = loop
        self._gate = gate

    def on_up(self, host: Any) -> None:  # noqa: ARG002 - any node will do
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._gate.succeeded)

    def on_down(self, host: Any) -> None:
        pass

    def on_add(self, host: Any) -> None:
        pass

    def on_remove(self, host: Any) -> None:
        pass

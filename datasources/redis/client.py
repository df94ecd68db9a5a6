"""The connection to Redis or Valkey: a pool with short time-outs, each command through the gate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ClusterDownError,
    ConnectionError,  # noqa: A004 - the driver's own name, as distinct from Python's
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - the driver's own name, as distinct from Python's
)

from datasources.errors import SettingRefused, Unavailable
from datasources.layers.gate import Gate
from datasources.tls import verifying

SECONDS: Final = 1.0

_OUTAGES: Final = (
    Unavailable,
    OSError,
    ConnectionError,
    TimeoutError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    NoPermissionError,
)
_REFUSALS: Final = (AuthenticationError, AuthorizationError, NoPermissionError)


def is_outage(error: BaseException) -> bool:
    """Whether the server, its network or its resources are at fault, rather than the command."""
    return isinstance(error, _OUTAGES)


class RedisClient:
    """One server. Connections are made when they are needed, so a server that is away is found when it is back.

    `run_id` is the name that the server gave itself at its start, as the newest connection learned it: no answer comes
    from a restarted server, or from another that took its place, before `run_id` has changed.
    """

    name = "redis"

    def __init__(self, url: str, *, tls_ca: Path | None = None, max_connections: int = 50) -> None:
        options: dict[str, Any] = dict(parse_url(url))
        self._tls_ca = tls_ca
        if tls_ca is not None:
            options.update(connection_class=SSLConnection, ssl_ca_certs=str(tls_ca))
        options = {
            "max_connections": max_connections,
            "timeout": SECONDS,
            "socket_timeout": SECONDS,
            "socket_connect_timeout": SECONDS,
            "socket_keepalive": True,
            "client_name": "homeroom",
            "driver_info": None,
            "decode_responses": True,
            # A connection that the server closed while it was idle is made anew; nothing is repeated after a time-out.
            "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
            "redis_connect_func": self._connected,
            **options,
        }
        self.run_id: str | None = None
        self._redis: Redis = Redis(connection_pool=BlockingConnectionPool(**options))
        self._gate = Gate(self.name, is_outage)

    async def open(self) -> None:
        """Raises `SettingRefused` for a name or password that the server does not accept, or a bundle of no use."""
        if self._tls_ca is not None:
            # The driver would find out at each connection, and take it for an outage.
            verifying(self._tls_ca, "REDIS_TLS_CA")
        try:
            await self.ping()
        except Unavailable as away:
            if isinstance(away.__cause__, _REFUSALS):
                await self.close()
                raise SettingRefused("REDIS_URL", away.reason) from away

    async def close(self) -> None:
        await self._redis.aclose(close_connection_pool=True)

    async def ping(self) -> None:
        await self.command("PING")

    def script(self, source: str) -> AsyncScript:
        """A Lua script for `run`."""
        return self._redis.register_script(source)

    async def command(self, *words: str | int) -> Any:
        """The answer to one command."""
        with self._gate.statement():
            return await self._redis.execute_command(*words)  # type: ignore[no-untyped-call] # the driver has no types

    async def run(self, script: AsyncScript, keys: Sequence[str], arguments: Sequence[str | int]) -> Any:
        """The answer of a script, which is one step to everybody else."""
        with self._gate.statement():
            return await script(keys=list(keys), args=list(arguments))

    async def run_many(self, script: AsyncScript, calls: Sequence[tuple[Sequence[str], Sequence[str | int]]]) -> None:
        """A script with many sets of keys and arguments, in one round trip; raises if one of them failed."""
        if not calls:
            return
        with self._gate.statement():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for keys, arguments in calls:
                    await script(keys=list(keys), args=list(arguments), client=pipeline)
                await pipeline.execute()

    async def _connected(self, connection: AbstractConnection) -> None:
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        answer = str(await connection.read_response())
        fields = dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
        if "run_id" not in fields:
            raise RedisError("INFO server does not tell the run_id")
        self.run_id = fields["run_id"]

"""The connection to PostgreSQL: a pool of asyncpg connections, each statement through the gate."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg

from datasources.errors import SettingRefused, Unavailable
from datasources.layers.gate import Gate
from datasources.postgres.outages import is_outage, is_refusal
from datasources.tls import verifying

CONNECT_SECONDS: Final = 2.0
STATEMENT_SECONDS: Final = 5.0
PING_SECONDS: Final = 2.0

Row = asyncpg.Record


def tls_context(ca: Path | None) -> ssl.SSLContext | None:
    """Verifies the server against this bundle; None leaves it to the URL's `sslmode`."""
    return None if ca is None else verifying(ca, "DATABASE_TLS_CA")


async def _nothing_to_reset(_: object) -> None:
    """No statement here leaves session state behind; asyncpg's own reset would cost a round trip for each."""


class PostgresDatabase:
    """One server. Connections are made when they are needed, so a server that is away is found when it is back."""

    name = "postgresql"

    def __init__(
        self,
        url: str,
        *,
        tls_ca: Path | None = None,
        max_connections: int = 10,
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        self.url = url
        self.tls_ca = tls_ca
        self._max_connections = max_connections
        self._statement_seconds = statement_seconds
        self._gate = Gate(self.name, is_outage)
        self._pool: asyncpg.Pool[Row] | None = None

    async def open(self) -> None:
        """Raises `SettingRefused` for a name or password that the server does not accept, or a bundle of no use."""
        self._pool = await asyncpg.create_pool(
            self.url,
            min_size=0,
            max_size=self._max_connections,
            reset=_nothing_to_reset,
            timeout=CONNECT_SECONDS,
            command_timeout=self._statement_seconds,
            ssl=tls_context(self.tls_ca),
            # Compiling costs more than any statement here takes.
            server_settings={"application_name": "homeroom", "jit": "off"},
        )
        try:
            await self.ping()
        except Unavailable as away:
            if is_refusal(away.__cause__):
                await self.close()
                raise SettingRefused("DATABASE_URL", away.reason) from away

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()

    async def ping(self) -> None:
        await self._run("fetchval", "SELECT 1", (), PING_SECONDS)

    async def fetch(self, statement: str, *arguments: object) -> list[Row]:
        """All rows that the statement answers."""
        rows: list[Row] = await self._run("fetch", statement, arguments, self._statement_seconds)
        return rows

    async def fetchrow(self, statement: str, *arguments: object) -> Row | None:
        """The first row that the statement answers."""
        row: Row | None = await self._run("fetchrow", statement, arguments, self._statement_seconds)
        return row

    async def execute(self, statement: str, *arguments: object) -> str:
        """The statement's command tag, such as `UPDATE 1`."""
        tag: str = await self._run("execute", statement, arguments, self._statement_seconds)
        return tag

    async def execute_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Executes the statement for each row of arguments, all of them in one transaction and one round trip."""
        await self._run("executemany", statement, (rows,), self._statement_seconds)

    async def _run(self, method: str, statement: str, arguments: Sequence[object], seconds: float) -> Any:
        pool = self._pool
        if pool is None:
            raise Unavailable(self.name, "the connection is not open")
        try:
            with self._gate.statement():
                async with pool.acquire(timeout=min(seconds, CONNECT_SECONDS)) as connection:
                    return await getattr(connection, method)(statement, *arguments, timeout=seconds)
        except asyncpg.UndefinedTableError as missing:
            # The server was away when this process started; the tables are made behind its back as it returns.
            raise Unavailable(self.name, "its schema has not been migrated yet") from missing

"""TLS in front of servers that have none: the embedded PostgreSQL and Valkey are built without.

What is tried here is the client's side, and that meets nothing else than before a server with TLS of its own.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from tests.datasources.cassandra.relays import Relay
from tests.datasources.tls.authorities import server_context

# PostgreSQL's message-formats page: length 8, code 80877103.
_SSL_REQUEST: Final = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_GREETING_SECONDS: Final = 5.0


class TlsRelay(Relay):
    """Speaks TLS from the first byte, as Redis, MongoDB and Cassandra do; plain text beyond."""

    def __init__(self, url: str, context: ssl.SSLContext) -> None:
        parts = urlsplit(url)
        super().__init__(parts.hostname or "", parts.port or 0)
        self._parts = parts
        self._context = context

    @property
    def url(self) -> str:
        """The server's own, but for the port."""
        login, at, _ = self._parts.netloc.rpartition("@")
        return self._parts._replace(netloc=f"{login}{at}127.0.0.1:{self.port}").geturl()

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]


class PostgresTlsRelay(TlsRelay):
    """Answers PostgreSQL's request for TLS; whoever begins without one is cut off, as by `hostssl`, and counted."""

    def __init__(self, url: str, context: ssl.SSLContext) -> None:
        super().__init__(url, context)
        self.in_plain_text = 0

    async def up(self) -> None:
        await Relay.up(self)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_GREETING_SECONDS):
                if await reader.readexactly(len(_SSL_REQUEST)) != _SSL_REQUEST:
                    self.in_plain_text += 1
                    return
                writer.write(b"S")
                await writer.start_tls(self._context)
            await super()._relay(reader, writer)
        finally:
            writer.transport.abort()


@asynccontextmanager
async def tls_before(url: str, context: ssl.SSLContext | None = None) -> AsyncIterator[TlsRelay]:
    async with _up(TlsRelay(url, context or server_context())) as relay:
        yield relay


@asynccontextmanager
async def tls_before_postgres(url: str, context: ssl.SSLContext | None = None) -> AsyncIterator[PostgresTlsRelay]:
    relay = PostgresTlsRelay(url, context or server_context())
    async with _up(relay):
        yield relay


@asynccontextmanager
async def _up(relay: TlsRelay) -> AsyncIterator[TlsRelay]:
    await relay.up()
    try:
        yield relay
    finally:
        await relay.down()

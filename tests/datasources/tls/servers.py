"""The embedded servers that have TLS built in, with it switched on and plain text refused."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from datasources.embedded.cassandra import CassandraServer
from datasources.embedded.directory import DataDirectory
from datasources.embedded.mongodb import MongodbServer
from datasources.embedded.ports import LOOPBACK
from datasources.embedded.server import Server
from datasources.embedded.supervisor import Supervisor
from tests.datasources.tls.authorities import SERVER, SERVER_KEY, client_context

PROBE_SECONDS: Final = 2.0

S = TypeVar("S", bound=Server)


class TlsMongodb(MongodbServer):
    def command(self) -> Sequence[str]:
        return [*super().command(), "--tls-cert-file", str(SERVER), "--tls-key-file", str(SERVER_KEY)]

    async def answers(self) -> bool:
        return await _completes_a_handshake(self.port)


class TlsCassandra(CassandraServer):
    stop_signal = signal.SIGKILL  # nothing of it is kept

    async def prepare(self) -> None:
        await super().prepare()
        certificate = self.folder() / "server.pem"
        certificate.write_text(SERVER_KEY.read_text() + SERVER.read_text())
        options = {
            "enabled": True,
            "optional": False,
            "keystore": str(certificate),
            "ssl_context_factory": {"class_name": "org.apache.cassandra.security.PEMBasedSslContextFactory"},
        }
        with (self.folder() / "cassandra.yaml").open("a") as configuration:
            configuration.write(f"\nclient_encryption_options: {json.dumps(options)}\n")

    async def answers(self) -> bool:
        return await _completes_a_handshake(self.port)


@asynccontextmanager
async def running(folder: Path, make: Callable[[DataDirectory], S]) -> AsyncIterator[S]:
    """A server on a data directory of its own, which is gone at the end."""
    directory = DataDirectory(folder)
    directory.acquire()
    try:
        server = make(directory)
        supervisor = Supervisor(server, directory, lambda _: None, lambda: None)
        try:
            await supervisor.start()
            yield server
        finally:
            await supervisor.stop()
    finally:
        directory.release()


async def _completes_a_handshake(port: int) -> bool:
    """Cassandra opens its port when it serves; secantusd shakes hands in the thread that then serves."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(LOOPBACK, port, ssl=client_context())
            writer.transport.abort()
    except (OSError, TimeoutError):
        return False
    return True

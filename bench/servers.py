"""Servers of one run: started on their core, known by their pid, stopped at the end, however it ends."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from bench.machine import SERVER_CORE, pinned, processor_seconds
from bench.paths import LOGS, ROOT

START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05
_WITH_US: Final = ("setpriv", "--pdeathsig", "TERM")
"""Has the kernel end a server whose starter was killed."""


class Broken(Exception):
    """A server or a load did not do what it must; the message says which, and where its log is."""


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    process: subprocess.Popen[bytes]
    port: int
    path: str = "/graphql"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}{self.path}"

    def processor_seconds(self) -> float:
        return processor_seconds(self.process.pid)


class Servers:
    """`with` it: whatever it has started is ended at its end."""

    def __init__(self) -> None:
        self._running: list[Server] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._running:
            server.process.send_signal(signal.SIGTERM)
        for server in self._running:
            self._wait(server)
        self._running.clear()

    def start(
        self, name: str, command: list[str], environment: Mapping[str, str], *, pinned_to: int | None = SERVER_CORE
    ) -> Server:
        """The command is given a free port in the place of `{port}`."""
        LOGS.mkdir(parents=True, exist_ok=True)
        port = free_port()
        filled = [part.format(port=port) for part in command]
        with (LOGS / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - commands of this package
                [*_WITH_US, *(filled if pinned_to is None else pinned(pinned_to, filled))],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        server = Server(name, process, port)
        self._running.append(server)
        return server

    def stop(self, server: Server) -> None:
        server.process.send_signal(signal.SIGTERM)
        self._wait(server)
        self._running.remove(server)

    @staticmethod
    def _wait(server: Server) -> None:
        try:
            server.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def wait_until_up(server: Server) -> None:
    """Until it answers over HTTP, whatever it says."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://{server.address}/", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(_PAUSE_SECONDS)
    log = LOGS / f"{server.name}.log"
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    raise Broken(f"{server.name} does not answer. The end of {log.relative_to(ROOT)}:\n{tail}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port

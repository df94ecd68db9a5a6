"""`homeroom serve` on a temporary data directory, for as long as a `with` block lasts."""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_READY_SECONDS = 300  # the first start of all fetches Cassandra
_STOP_SECONDS = 60
_POLL_SECONDS = 0.25


class ServerError(Exception):
    """The server did not start; the message has the end of what it printed."""


@contextmanager
def running_server() -> Iterator[str]:
    """The address of a server that is ready; stopped by SIGTERM at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="homeroom-browser-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL does not run as root and must reach its part of it
        port, log = _free_port(), folder / "serve.log"
        homeroom = Path(sys.executable).with_name("homeroom")
        command = [str(homeroom), "serve", "--port", str(port), "--data-dir", str(folder / "data")]
        with log.open("wb") as output:
            server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(server, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(server)


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not _is_ready(port):
        if server.poll() is not None:
            raise ServerError(f"homeroom serve ended with exit code {server.returncode}:\n{_end_of(log)}")
        if time.monotonic() > deadline:
            raise ServerError(f"homeroom serve was not ready after {_READY_SECONDS} s:\n{_end_of(log)}")
        time.sleep(_POLL_SECONDS)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(_STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace").strip()[-3000:]

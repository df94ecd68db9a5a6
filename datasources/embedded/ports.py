"""Free ports on the loopback address."""

import secrets
import socket
from collections.abc import Container

LOOPBACK = "127.0.0.1"
# Below the range of outgoing connections, so that none of those takes a server's port between its runs.
CHOICES = range(21_000, 32_000)


def is_free(port: int) -> bool:
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def choose(preferred: int | None, taken: Container[int]) -> int:
    """The preferred port when it is free, otherwise another that is; never one of `taken`."""
    if preferred is not None and preferred not in taken and is_free(preferred):
        return preferred
    while True:
        port = secrets.choice(CHOICES)
        if port not in taken and is_free(port):
            return port

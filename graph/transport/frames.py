"""Frames of websockets, built here where many sockets are sent the same. Source: RFC 6455, "Base Framing Protocol"."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

EXTENSION: Final = "homeroom.frames"
"""Of an ASGI scope, where the server has one: a `WriteFrame`."""

WriteFrame = Callable[[bytes], bool]
"""Writes one whole frame, beside what ASGI's `send` writes, and never waits. False, and nothing written, where the
client has not taken what came before, or is away.
"""

_TEXT: Final = 0x81
"""The final fragment, which is the only one, of a text."""
_SHORT: Final = 126
_LONG: Final = 1 << 16


@lru_cache(maxsize=1024)
def text_head(length: int) -> bytes:
    """What stands before a text of so many bytes that a server sends: unmasked, uncompressed, in one frame."""
    if length < _SHORT:
        return bytes((_TEXT, length))
    if length < _LONG:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")

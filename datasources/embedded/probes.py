"""Does a server answer, in its own protocol? A port that accepts is not enough: servers listen before they serve."""

import asyncio
import struct

from datasources.embedded.ports import LOOPBACK

PROBE_TIMEOUT = 2.0


async def _ask(port: int, request: bytes, length: int) -> bytes:
    """The first `length` bytes of the answer; empty when there is none in time."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(request)
                return await reader.readexactly(length)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return b""


async def postgresql(port: int, user: str, database: str) -> bool:
    """A start-up message is answered with a request to authenticate; a server that still recovers answers an error."""
    body = b"user\0" + user.encode() + b"\0database\0" + database.encode() + b"\0\0"
    return await _ask(port, struct.pack("!II", len(body) + 8, 196_608) + body, 1) == b"R"


async def redis(port: int, password: str) -> bool:
    """AUTH and PING; a server that still loads its file answers -LOADING."""
    answer = await _ask(port, f"AUTH {password}\r\nPING\r\n".encode(), len(b"+OK\r\n+PONG"))
    return answer == b"+OK\r\n+PONG"


async def mongodb(port: int) -> bool:
    """OP_MSG with {hello: 1, $db: "admin"}; the answer is an OP_MSG (2013)."""
    elements = b"\x10hello\0" + struct.pack("<i", 1) + b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0"
    document = struct.pack("<i", len(elements) + 5) + elements + b"\0"
    body = struct.pack("<I", 0) + b"\0" + document
    header = await _ask(port, struct.pack("<iiii", len(body) + 16, 1, 0, 2013) + body, 16)
    return len(header) == 16 and struct.unpack("<iiii", header)[3] == 2013  # noqa: PLR2004 - the header's size


async def cassandra(port: int) -> bool:
    """An OPTIONS frame of protocol version 5 is answered with SUPPORTED (0x06)."""
    header = await _ask(port, bytes([0x05, 0, 0, 0, 0x05, 0, 0, 0, 0]), 9)
    return header[:1] == b"\x85" and header[4:5] == b"\x06"

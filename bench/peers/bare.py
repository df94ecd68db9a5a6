"""Bare ASGI: reads the request and sends the bytes that Homeroom answers with, chosen by the address's path."""

import os
from pathlib import Path
from typing import Any, Final

from bench.peers.thin import body_of, reply

ANSWERS: Final = {f"/{file.stem}": file.read_bytes() for file in Path(os.environ["BENCH_ANSWERS"]).glob("*.json")}


async def app(scope: Any, receive: Any, send: Any) -> None:
    await body_of(receive)
    await reply(send, ANSWERS[scope["path"]])

"""Run the embedded servers on a directory until killed, as `homeroom serve` does; says "up" when they are."""

import asyncio
import sys
from pathlib import Path

from datasources.embedded import STORES, EmbeddedServers


async def main() -> None:
    servers = EmbeddedServers(Path(sys.argv[1]), STORES)
    await servers.start()
    sys.stdout.write("up\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


asyncio.run(main())

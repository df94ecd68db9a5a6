"""A process that makes message ids as fast as it can: DATABASE_URL, DATA_DIRECTORY, OFFSET_FILE or `-`, OUTPUT.

Each id is appended to OUTPUT as eight bytes. The clock is this machine's, and as many milliseconds ahead as OFFSET_FILE
says in eight bytes; with `-` something else moves it.
"""

import asyncio
import mmap
import os
import signal
import struct
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Final

from datasources.errors import ClockUnsafe
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.worker_keeper import WorkerKeeper
from datasources.postgres.worker_slots import WorkerSlots
from datasources.snowflakes import unix_ms

AT_ONCE: Final = 200
REFUSED_SECONDS: Final = 0.005


def moved_clock(offset_file: str) -> Callable[[], int]:
    if offset_file == "-":
        return unix_ms
    with Path(offset_file).open("rb") as opened:
        offset = mmap.mmap(opened.fileno(), 8, prot=mmap.PROT_READ)
    read = struct.Struct("q").unpack_from
    return lambda: unix_ms() + int(read(offset)[0])


async def main(url: str, directory: str, offset_file: str, output: str) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    database = PostgresDatabase(url)
    await database.open()
    written = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    async with WorkerKeeper(WorkerSlots(database), Path(directory), clock=moved_clock(offset_file)) as keeper:
        while not stopping.is_set():
            made = array("q")
            try:
                for _ in range(AT_ONCE):
                    made.append(keeper.next())
            except ClockUnsafe:
                await asyncio.sleep(REFUSED_SECONDS)
            os.write(written, made.tobytes())
            await asyncio.sleep(0.002)  # in bursts, so that there are not more than can be compared
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

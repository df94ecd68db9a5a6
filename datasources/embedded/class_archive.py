"""A class data archive for Cassandra: its classes as Java has them in memory, to be mapped at a start, not loaded.

It takes a third off the processor time of a start. A run without one writes down which classes it has loaded, when it
is stopped; a later run makes the archive from that list, once it is up, at the lowest priority. Both are in the user's
cache.
"""

import asyncio
import fcntl
import hashlib
import logging
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import Sequence
from pathlib import Path

from datasources.embedded import packages
from datasources.embedded.jars import LOCK
from datasources.embedded.server import end, spawn

logger = logging.getLogger("homeroom.embedded")

SETTLED_AFTER = 10.0
DUMP_LIMIT = 300.0
LOWEST_PRIORITY = 19


class ClassArchive:
    """The archive that fits these jars and this Java; Java checks that itself, and starts without it where not."""

    def __init__(self, cache: Path, folder: Path) -> None:
        release = (packages.java().parents[1] / "release").read_bytes()
        key = hashlib.sha256(LOCK.read_bytes() + release + str(packages.java()).encode()).hexdigest()[:16]
        self._archive = cache / f"classes-{key}.jsa"
        self._partial = cache / f"classes-{key}.partial"
        self._listed = cache / f"classes-{key}.list"
        self._written = folder / "classes.list"

    def options(self) -> Sequence[str]:
        """What Java is to be given: to use the archive, or else to write the list for it."""
        if self._archive.exists():
            return (f"-XX:SharedArchiveFile={self._archive}",)
        if not self._listed.exists():
            return (f"-XX:DumpLoadedClassList={self._written}",)
        return ()

    def keep_list(self) -> None:
        """Once Cassandra has stopped in order: the list that it wrote is whole then."""
        if self._written.exists():
            copy = self._listed.with_suffix(f".{os.getpid()}")
            shutil.copyfile(self._written, copy)
            copy.replace(self._listed)
            self._written.unlink()

    async def make(self, java_command: Sequence[str]) -> None:
        """Make the archive if that can be done and is not done yet; to be cancelled at any time."""
        if self._archive.exists() or not self._listed.exists():
            return
        # After the first requests of whoever started the servers, not beside them.
        await asyncio.sleep(SETTLED_AFTER)
        with self._listed.open("rb") as listed:
            try:
                fcntl.flock(listed, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            await self._dump(java_command)

    async def _dump(self, java_command: Sequence[str]) -> None:
        flags = ("-Xshare:dump", f"-XX:SharedClassListFile={self._listed}", f"-XX:SharedArchiveFile={self._partial}")
        process = await spawn([*java_command, *flags], output=DEVNULL, folder=self._partial.parent)
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
        try:
            if await asyncio.wait_for(process.wait(), DUMP_LIMIT) == 0:
                self._partial.replace(self._archive)
            else:
                self._listed.unlink()
                logger.warning("Java could not make an archive of Cassandra's classes; the next run lists them anew.")
        except TimeoutError:
            logger.warning("Java did not make an archive of Cassandra's classes within %.0f s", DUMP_LIMIT)
        finally:
            await end(process, signal.SIGKILL, 1.0)

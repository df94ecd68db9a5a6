"""Cassandra's jars: which ones (the lock), where they are kept for this user, and how the missing ones are had.

A jar that lies in the cache has passed its checksum: it is moved there only then. So a start looks at names alone.
"""

import asyncio
import json
import os
import signal
import sys
import tomllib
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path

from datasources.embedded.errors import CorruptDownload, DirectoryUnusable, EmbeddedError, NoNetwork
from datasources.embedded.progress import OnProgress, Progress
from datasources.embedded.server import end, spawn

LOCK = Path(__file__).with_name("cassandra.lock.toml")
FETCH_LIMIT = 1800.0
SILENCE_LIMIT = 180.0


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked artifact, in Maven's terms."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def name(self) -> str:
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{suffix}.jar"


def locked() -> list[Jar]:
    """The jars of the lock, in the order of the class path."""
    dependencies = tomllib.loads(LOCK.read_text())["dependencies"]
    return [
        Jar(each["groupId"], each["artifactId"], each["version"], each.get("classifier", ""), each["sha256"])
        for each in dependencies
    ]


def cache_folder(otherwise: Path) -> Path:
    """The user's own cache; `otherwise` for a user without a home that can be written."""
    home = Path(os.environ.get("HOME", "/nonexistent"))
    caches = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    folder = Path(os.environ.get("XDG_CACHE_HOME") or caches) / "homeroom"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return otherwise
    return folder if os.access(folder, os.W_OK) else otherwise


async def class_path(folder: Path, on_progress: OnProgress) -> list[Path]:
    """The jars, downloaded as far as they are not in `folder` yet. Raises NoNetwork or CorruptDownload."""
    jars = locked()
    missing = [jar for jar in jars if not (folder / jar.name).exists()]
    if missing:
        await _fetch(folder, len(jars) - len(missing), len(jars), on_progress)
    return [folder / jar.name for jar in jars]


async def _fetch(folder: Path, present: int, total: int, on_progress: OnProgress) -> None:
    """In a process of its own: jgo blocks, and a download must end at once when Homeroom is told to stop."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    on_progress(Progress("cassandra", f"downloading {present}/{total} jars", present, total))
    command = [sys.executable, "-m", "datasources.embedded.fetch_jars", str(folder)]
    process = await spawn(command, output=PIPE, folder=Path.cwd(), errors=None)
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    try:
        async with asyncio.timeout(FETCH_LIMIT):
            while line := await asyncio.wait_for(process.stdout.readline(), SILENCE_LIMIT):
                report = json.loads(line)
                if "failed" in report:
                    raise _failure(report, folder)
                done = present + report["done"]
                on_progress(Progress("cassandra", f"downloading {done}/{total} jars", done, total))
            if await process.wait() != 0:
                raise EmbeddedError(f"The download of Cassandra's jars ended with status {process.returncode}.")
    except TimeoutError:
        raise NoNetwork(f"nothing came for {SILENCE_LIMIT:.0f} seconds") from None
    finally:
        await end(process, signal.SIGTERM, 1.0)


def _failure(report: dict[str, str], folder: Path) -> EmbeddedError:
    if report["failed"] == "checksum":
        return CorruptDownload(
            f"{report['detail']} It is not used. Try again; if it stays so, somebody between here and Maven Central "
            "changes what is downloaded."
        )
    if report["failed"] == "disk":
        return DirectoryUnusable(f"Cassandra's jars cannot be kept in {folder}: {report['detail']}")
    return NoNetwork(report["detail"])

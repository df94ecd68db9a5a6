"""What a data directory remembers of its worker id, so that a restart continues where the last run ended."""

import fcntl
import json
import os
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Self
from uuid import uuid4
from zlib import crc32

from datasources.errors import ClockUnsafe
from datasources.snowflakes import WORKERS

_SIZE: Final = 256


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """`mark_ms`: ids may exist up to there. `until_ms`: the end of the lease. Both by this machine's clock."""

    holder: str
    worker: int | None = None
    until_ms: int = 0
    offset_ms: int = 0
    mark_ms: int = 0


class SlotFile:
    """One file, locked as long as this process lives; another process on the same directory takes the next one."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._writing = threading.Lock()
        self.record = _read(descriptor)

    @classmethod
    def claim(cls, directory: Path) -> Self:
        """The first file of the directory that no process holds."""
        directory.mkdir(parents=True, exist_ok=True)
        for number in range(WORKERS):
            descriptor = os.open(directory / f"slot-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            return cls(descriptor)
        raise ClockUnsafe(f"{WORKERS} processes use this data directory already")

    def close(self) -> None:
        os.close(self._descriptor)

    def save(self, record: SlotRecord) -> None:
        """Makes the record durable."""
        with self._writing:
            self._write(record)

    def reserve(self, mark_ms: int) -> None:
        """Makes durable that ids may exist up to `mark_ms`; may be called from several threads."""
        with self._writing:
            if mark_ms > self.record.mark_ms:
                self._write(replace(self.record, mark_ms=mark_ms))

    def _write(self, record: SlotRecord) -> None:
        content = json.dumps(asdict(record)).encode()
        line = b"%08x %s" % (crc32(content), content)
        os.pwrite(self._descriptor, line.ljust(_SIZE - 1) + b"\n", 0)
        os.fdatasync(self._descriptor)
        self.record = record


def _read(descriptor: int) -> SlotRecord:
    """What was saved; a fresh record where nothing was, or where a crash left half of it."""
    checksum, _, content = os.pread(descriptor, _SIZE, 0).strip().partition(b" ")
    if checksum and checksum == b"%08x" % crc32(content):
        return SlotRecord(**json.loads(content))
    return SlotRecord(holder=uuid4().hex)

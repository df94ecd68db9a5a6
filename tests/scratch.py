"""Where the tests' servers keep their data: in memory where there is room, since each write waits for the disk."""

import os
import shutil
from pathlib import Path
from typing import Final

NEEDED_BYTES: Final = 4 << 30
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - each directory made there has a name and rights of its own


def scratch() -> str | None:
    """A folder to make temporary directories in; None for the system's own.

    Nothing is lost there that a killed process leaves, which is what the tests kill; only the machine itself would.
    """
    if not _MEMORY.is_dir() or not os.access(_MEMORY, os.W_OK):
        return None
    runs_programs = not os.statvfs(_MEMORY).f_flag & getattr(os, "ST_NOEXEC", 0)
    return str(_MEMORY) if runs_programs and shutil.disk_usage(_MEMORY).free >= NEEDED_BYTES else None

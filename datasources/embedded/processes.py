"""Processes by their pid and the time they started, since a pid alone may be another process by now."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

POLL = 0.05


def started(pid: int) -> str | None:
    """When the process started, in the system's own terms; None when there is none or it has ended."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        state, threads, start_time = fields[0], int(fields[17]), fields[19]
        # While threads of an ended process are still ending, its files and its ports are still its own.
        return None if state in "ZX" and threads <= 1 else start_time
    return _ps(pid, "lstart=")


def command_line(pid: int) -> str:
    """The command with its arguments; empty when there is no such process."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps(pid, "command=") or ""


def _ps(pid: int, column: str) -> str | None:
    answer = subprocess.run(  # noqa: S603 - a pid and a constant
        ["/bin/ps", "-o", column, "-p", str(pid)], capture_output=True, text=True, check=False, timeout=5
    )
    return answer.stdout.strip() or None


def signal_group(leader: int, number: signal.Signals) -> None:
    """Signal the session that `leader` leads, also the members that outlive it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


async def end_leftover(pid: int, start_time: str, *, patience: float) -> None:
    """Wait for a process of an earlier run, and kill it when it does not end by itself in `patience` seconds."""
    if await _gone(pid, start_time, patience):
        return
    signal_group(pid, signal.SIGKILL)
    await _gone(pid, start_time, patience)


async def _gone(pid: int, start_time: str, patience: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while started(pid) == start_time:  # noqa: ASYNC110 - no event tells of a process that is not a child
                await asyncio.sleep(POLL)
    return started(pid) != start_time

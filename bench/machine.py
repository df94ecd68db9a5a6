"""The machine's two cores for a run: one for the server under test, one for the load and everything else."""

import os
import platform
from pathlib import Path
from typing import Final

from bench.installing import Missing

SERVER_CORE: Final = 0
LOAD_CORE: Final = 1
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def check() -> None:
    if not {SERVER_CORE, LOAD_CORE} <= os.sched_getaffinity(0):
        raise Missing("two cores, 0 and 1: one for the server, one for the load")


def pinned(core: int, command: list[str]) -> list[str]:
    return ["taskset", "-c", str(core), *command]


def pin(pid: int, core: int) -> None:
    """Moves a process that runs already, with all of its threads."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def children(pid: int) -> list[int]:
    """A process's children, with theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


def processor_seconds(pid: int) -> float:
    """What a process has used of processors so far, in user and system, with all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def described() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    model = names[0] if names else platform.machine()
    return f"{model}, {os.cpu_count()} cores; {platform.system()}, Python {platform.python_version()}"

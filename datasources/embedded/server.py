"""What the supervisor has to know of a server, and how a process of one is started and ended."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from datasources.embedded import launcher
from datasources.embedded.processes import signal_group


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a process is to run as."""

    uid: int
    gid: int


class Server(Protocol):
    """One embedded server. Times are in seconds; `endpoint` names its field of `Endpoints`."""

    store: str
    endpoint: str
    port: int
    account: Account | None
    stop_signal: signal.Signals
    death_signal: signal.Signals
    start_timeout: float
    stop_timeout: float

    @property
    def url(self) -> str:
        """What a driver is given to reach it."""

    async def prepare(self) -> None:
        """Make what the server needs in order to start, as far as it is not there; before each start."""

    def command(self) -> Sequence[str]:
        """The program and its arguments."""

    def environment(self) -> Mapping[str, str]:
        """The variables of its process."""

    def folder(self) -> Path:
        """Its working directory."""

    async def answers(self) -> bool:
        """Whether it serves requests now."""


async def spawn(
    command: Sequence[str],
    *,
    output: int | IO[bytes],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    given: int = DEVNULL,
    errors: int | None = STDOUT,
) -> Process:
    """Start a process that ends when this one does.

    To be called on the main thread: the kernel's watch is over the thread that starts a process, not over its process.
    It leads a session of its own, so that Ctrl-C in the terminal reaches Homeroom alone, which then stops it in order.
    """
    user = f"{account.uid}:{account.gid}" if account else "-"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), str(int(death_signal)), user),
        *command,
        stdin=given,
        stdout=output,
        stderr=errors,
        cwd=folder,
        env=dict(os.environ if environment is None else environment),
        start_new_session=True,
    )


async def end(process: Process, how: signal.Signals, patience: float) -> None:
    """Ask a process to end, and kill its whole session when it has not after `patience` seconds."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
            # A process that was paused would not hear of it.
            process.send_signal(signal.SIGCONT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
    # Also what the server itself has started and left behind.
    signal_group(process.pid, signal.SIGKILL)
    await process.wait()


async def run(
    command: Sequence[str],
    *,
    log: Path,
    folder: Path,
    environment: Mapping[str, str],
    account: Account | None = None,
    given: str = "",
    limit: float,
) -> int:
    """Run a program to its end, `given` on its standard input and its output added to `log`; answers its exit status.

    Raises TimeoutError after `limit` seconds.
    """
    with log.open("ab") as output:
        process = await spawn(
            command, output=output, folder=folder, account=account, environment=environment, given=PIPE
        )
    try:
        await asyncio.wait_for(process.communicate(given.encode()), limit)
    finally:
        await end(process, signal.SIGKILL, limit)
    return process.returncode or 0

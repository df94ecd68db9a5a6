"""Run a server so that it cannot outlive the process that started it.

Executed as a script with `python -I -S`, never imported by Homeroom:

    launcher.py PARENT_PID DEATH_SIGNAL UID:GID|- COMMAND...

On Linux the kernel is asked to send DEATH_SIGNAL when the parent ends, then the command takes this process's place. The
user is changed first: the kernel forgets the request when it is. Elsewhere this process stays, starts the command and
watches the parent. A small script rather than `preexec_fn`, which may deadlock in a process with threads.
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
WATCH_INTERVAL = 0.25
CANNOT_EXECUTE = 127


def become(account: str) -> None:
    user, _, group = account.partition(":")
    os.setgroups([])
    os.setgid(int(group))
    os.setuid(int(user))


def die_with_parent(parent: int, death_signal: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("The process that started this one has already ended.")


def watch_parent(parent: int, death_signal: int, command: list[str]) -> int:
    child = os.spawnv(os.P_NOWAIT, command[0], command)  # noqa: S606 - the same
    for forwarded in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(forwarded, lambda number, _frame: os.kill(child, number))
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if os.getppid() != parent:
            os.kill(child, death_signal)
        time.sleep(WATCH_INTERVAL)


def main() -> None:
    parent, death_signal, account, *command = sys.argv[1:]
    if account != "-":
        become(account)
    try:
        if sys.platform != "linux":
            status = watch_parent(int(parent), int(death_signal), command)
            sys.exit(status if status >= 0 else 128 - status)
        die_with_parent(int(parent), int(death_signal))
        os.execv(command[0], command)  # noqa: S606 - the command is Homeroom's own, and no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(CANNOT_EXECUTE)


if __name__ == "__main__":
    main()

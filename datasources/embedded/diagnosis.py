"""From what a server has written before it ended to the error that says it."""

from pathlib import Path

from datasources.embedded.errors import DiskFull, EmbeddedError, ServerDied

NO_SPACE = ("No space left on device", "Disk quota exceeded")
TAIL_LINES = 12
TAIL_BYTES = 8192


def size(log: Path) -> int:
    """Where the log ends now, to be handed to `diagnose` later."""
    return log.stat().st_size if log.exists() else 0


def diagnose(store: str, what: str, log: Path, beginning: int) -> EmbeddedError:
    """`what` completes "The store's server ..."; `beginning`: where this run's part of the log begins, in bytes."""
    text = tail(log, beginning)
    if any(sign in text for sign in NO_SPACE):
        return DiskFull(log.parent.parent, f"the {store} server ended for want of space ({log} says so).")
    return ServerDied(store, what, log, text)


def tail(log: Path, beginning: int) -> str:
    with log.open("rb") as file:
        file.seek(max(beginning, size(log) - TAIL_BYTES))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-TAIL_LINES:])

"""What the servers tell whoever draws their progress, and what can be read of them while they run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Progress:
    """One store has come to a stage; `done` of `total` only where the stage can be counted."""

    store: str
    stage: str
    done: int | None = None
    total: int | None = None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class ChildState:
    """`status` is "up" only once the server has answered; `restarts` counts those since the start of Homeroom."""

    status: Literal["starting", "up", "backing-off", "down"]
    pid: int | None
    restarts: int

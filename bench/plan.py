"""How long each part of a run takes."""

from dataclasses import dataclass

from bench.questions import MEMORY, STORES


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds, but for the numbers of rounds."""

    memory: tuple[str, ...]
    stores: tuple[str, ...]
    warm_up: float
    rounds: int
    seconds: float
    store_rounds: int
    store_seconds: float
    steady: float
    steady_rounds: int
    fanout: float
    """The most that the fan-out may take."""


QUICK = Plan(
    memory=("messages", "introspection"),
    stores=("messages",),
    warm_up=1,
    rounds=3,
    seconds=1,
    store_rounds=3,
    store_seconds=2,
    steady=3,
    steady_rounds=1,
    fanout=150,
)
FULL = Plan(
    memory=MEMORY,
    stores=STORES,
    warm_up=2,
    rounds=5,
    seconds=3,
    store_rounds=5,
    store_seconds=4,
    steady=10,
    steady_rounds=3,
    fanout=420,
)

"""Servers beside each other: asked in turn, round after round, so that whatever the machine does meets all of them."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.loading import Sample


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of some rounds, with the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Figure":
        return cls(statistics.median(values), min(values), max(values))

    def as_json(self) -> dict[str, float]:
        return {"median": round(self.median, 3), "least": round(self.least, 3), "most": round(self.most, 3)}


def in_turn(
    names: Sequence[str], rounds: int, measure: Callable[[str], Sample], warm_up: Callable[[str], object]
) -> dict[str, list[Sample]]:
    """`warm_up` each once, then `measure` each once a round."""
    for name in names:
        warm_up(name)
    found: dict[str, list[Sample]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            found[name].append(measure(name))
    return found


def per_second(samples: Sequence[Sample]) -> Figure:
    return Figure.of([sample.per_second for sample in samples])


def per_processor_second(samples: Sequence[Sample]) -> Figure:
    return Figure.of([sample.per_processor_second for sample in samples])


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> Figure:
    """Of requests in a second, round by round: in each, both had the same machine."""
    return Figure.of([one.per_second / other.per_second for one, other in zip(ours, theirs, strict=True)])


def processor_ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> Figure:
    """As `ratio`, of requests in a second of the server's processor time."""
    return Figure.of(
        [one.per_processor_second / other.per_processor_second for one, other in zip(ours, theirs, strict=True)]
    )

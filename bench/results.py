"""What was measured."""

from dataclasses import dataclass, field
from typing import Any

from bench.loading import Latency, Sample
from bench.rounds import Figure, per_processor_second, per_second, processor_ratio, ratio


@dataclass(slots=True)
class Comparison:
    """Servers beside each other on one question; ours is the first."""

    question: str
    bytes: int
    samples: dict[str, list[Sample]]
    titles: dict[str, str]
    same_bytes: set[str] = field(default_factory=set)
    """Whose answers were the same, byte for byte; the others' are the same JSON."""

    @property
    def ours(self) -> str:
        return next(iter(self.samples))

    def per_second(self, name: str) -> Figure:
        return per_second(self.samples[name])

    def per_processor_second(self, name: str) -> Figure:
        return per_processor_second(self.samples[name])

    def ratio(self, name: str) -> Figure:
        return ratio(self.samples[self.ours], self.samples[name])

    def processor_ratio(self, name: str) -> Figure:
        return processor_ratio(self.samples[self.ours], self.samples[name])

    def ratios(self) -> dict[str, Any]:
        return {
            name: {"ratio": self.ratio(name).as_json(), "by_processor_time": self.processor_ratio(name).as_json()}
            for name in self.samples
            if name != self.ours
        }


@dataclass(slots=True)
class Results:
    memory: list[Comparison] = field(default_factory=list)
    stores: list[Comparison] = field(default_factory=list)
    latency: dict[str, list[Latency]] = field(default_factory=dict)
    """By what was asked, one a round."""

    trips: dict[str, Any] = field(default_factory=dict)
    """By question on the real stores: what Homeroom's `roundTrips` reports."""

    warm_start: float | None = None
    """Seconds from `homeroom serve` on existing data to the first answer."""

    fanout: dict[str, Any] | None = None
    failures: list[str] = field(default_factory=list)
    """Why a part of the run has no results."""

    def comparison(self, of: str, question: str) -> Comparison | None:
        return next((each for each in getattr(self, of) if each.question == question), None)

    def spread(self, what: str) -> Figure | None:
        """p99 / p50."""
        found = self.latency.get(what)
        return Figure.of([each.spread for each in found]) if found else None

    def as_json(self) -> dict[str, Any]:
        return {
            "memory": {each.question: each.ratios() for each in self.memory},
            "stores": {each.question: each.ratios() for each in self.stores},
            "p99_to_p50": {what: figure.as_json() for what in self.latency if (figure := self.spread(what))},
            "round_trips": self.trips,
            "warm_start_seconds": self.warm_start,
            "fanout": self.fanout,
        }

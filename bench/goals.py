"""The goals, and what was reached of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.results import Results
from bench.rounds import Figure


@dataclass(frozen=True, slots=True)
class Reached:
    """One goal; `figure` is None where the run did not measure it."""

    what: str
    goal: str
    figure: Figure | None
    is_reached: bool
    processor: Figure | None = None
    """The same ratio by the server's processor time."""


def reached(results: Results) -> Iterator[Reached]:
    yield _at_least(results, "memory", "messages", "bare", 0.5)
    yield _at_least(results, "memory", "messages", "strawberry", 20)
    yield _at_least(results, "memory", "messages", "mercurius", 1)
    yield _at_least(results, "memory", "introspection", "bare", 0.5)
    yield _at_least(results, "stores", "messages", "starlette", 0.8)
    for what in results.latency:
        if what.startswith("homeroom"):
            spread = results.spread(what)
            yield Reached(
                f"p99 / p50 under half the maximum{what.removeprefix('homeroom')}",
                "at most 4",
                spread,
                spread is not None and spread.median <= 4,  # noqa: PLR2004 - the goal
            )
    if results.warm_start is not None:
        start = results.warm_start
        yield Reached(
            "`homeroom serve` on existing data: seconds until it answers",
            "less than 8",
            Figure(start, start, start),
            start < 8,  # noqa: PLR2004 - the goal
        )


def _at_least(results: Results, of: str, question: str, name: str, least: float) -> Reached:
    comparison = results.comparison(of, question)
    where = "in memory" if of == "memory" else "on the real stores"
    if comparison is None:
        return Reached(f"{question} {where}, to {name}", f"at least {least:g}", None, is_reached=False)
    figure = comparison.ratio(name)
    return Reached(
        f"{question} {where}, to {comparison.titles[name]}",
        f"at least {least:g}",
        figure,
        figure.median >= least,
        comparison.processor_ratio(name),
    )

"""The goals, and what was reached of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bench.results import Results
from bench.rounds import Figure

SHARED: Final = "homeroom, the same for all"
OWN: Final = "homeroom, each their own"
_OF_BARE: Final = 0.75
_OWN_DELIVERIES: Final = 30_000
_LAST_RECEIPT_MS: Final = 50
_BYTES: Final = 10_000
_SPREAD: Final = 4
_START_SECONDS: Final = 8


@dataclass(frozen=True, slots=True)
class Reached:
    """One goal; `figure` is None where the run did not measure it."""

    what: str
    goal: str
    figure: Figure | None
    is_reached: bool
    processor: Figure | None = None
    """The same ratio by the server's processor time."""

    def as_json(self) -> dict[str, Any]:
        figures = {"measured": self.figure, "by_processor_time": self.processor}
        shown = {name: figure.as_json() for name, figure in figures.items() if figure is not None}
        return {"what": self.what, "goal": self.goal, "reached": self.is_reached if self.figure else None, **shown}


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
                spread is not None and spread.median <= _SPREAD,
            )
    yield from _fanout(results.fanout)
    if results.warm_start is not None:
        start = results.warm_start
        yield Reached(
            "`homeroom serve` on existing data: seconds until it answers",
            "less than 8",
            Figure(start, start, start),
            start < _START_SECONDS,
        )


def _fanout(found: dict[str, Any] | None) -> Iterator[Reached]:
    """To 1,000 sockets; `bench/fanout/run.py` says what is in there."""
    of_all: dict[str, Any] = {} if found is None else found.get("1000_sockets", {})
    shared, own = of_all.get(SHARED, {}), of_all.get(OWN, {})
    bare = "fan-out to 1,000 where all see the same, to a bare uvicorn socket server"
    yield _measured(
        bare,
        "at least 0.75",
        shared,
        "of_bare",
        lambda median: median >= _OF_BARE,
        "of_bare_by_processor",
    )
    yield _measured(
        "the same where each sees their own, deliveries/s",
        "at least 30,000",
        own,
        "per_second",
        lambda median: median >= _OWN_DELIVERIES,
        "by_processor",
    )
    for name, of_name in ((SHARED, shared), (OWN, own)):
        what = f"last receipt p99 in ms, {name.removeprefix('homeroom, ')}"
        yield _measured(what, "at most 50", of_name, "last_receipt_p99_ms", lambda median: median <= _LAST_RECEIPT_MS)
    above = None if found is None else found.get("bytes_a_subscriber", {}).get("above_bare")
    yield Reached(
        "bytes a subscriber above a bare uvicorn socket",
        "at most 10,000",
        None if above is None else Figure(above, above, above),
        above is not None and above <= _BYTES,
    )


def _measured(
    what: str, goal: str, found: dict[str, Any], key: str, meets: Callable[[float], bool], processor: str | None = None
) -> Reached:
    if key not in found:
        return Reached(what, goal, None, is_reached=False)
    figure = Figure(**found[key])
    by_processor = None if processor is None else Figure(**found[processor])
    return Reached(what, goal, figure, meets(figure.median), by_processor)


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

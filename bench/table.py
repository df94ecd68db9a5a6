"""The report: tables in Markdown, between two marks of `docs/performance.md`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from bench import machine
from bench.goals import Reached, reached
from bench.paths import REPORT
from bench.results import Comparison, Results
from bench.rounds import Figure

BEGIN: Final = "<!-- written by `make bench` -->"
END: Final = "<!-- end of what `make bench` writes -->"


def write_report(results: Results) -> None:
    """Everything between the marks is replaced."""
    text = REPORT.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{REPORT.name} has lost the marks between which `make bench` writes")
    REPORT.write_text(f"{before}{begin}\n\n{printed(results)}\n\n{end}{after}", encoding="utf-8")


def printed(results: Results) -> str:
    return "\n".join(_lines(results)).strip()


def _lines(results: Results) -> Iterator[str]:
    yield f"Measured by `make bench` on: {machine.described()}."
    yield "One core for the server, the other for the load; in brackets the least and the most of the rounds."
    yield ""
    yield from _table(
        ("what", "goal", "measured", "by processor time", "reached"),
        [
            (
                each.what,
                each.goal,
                "not measured" if each.figure is None else _figure(each.figure),
                "" if each.processor is None else _figure(each.processor),
                _verdict(each),
            )
            for each in reached(results)
        ],
    )
    for where, comparisons in (("in memory", results.memory), ("on the real stores", results.stores)):
        for comparison in comparisons:
            yield from ("", f"**{comparison.question}** {where}, {comparison.bytes:,} bytes:", "")
            yield from _comparison(comparison)
    if results.latency:
        yield from ("", "Latency under a steady load of half of what the server can do:", "")
        yield from _table(
            ("what", "requests/s", "p50 ms", "p99 ms", "p99 / p50"),
            [
                (what, f"{found[0].rate:,.0f}", *(_figure(figure) for figure in _latencies(found)))
                for what, found in results.latency.items()
            ],
        )
    if results.trips:
        yield from ("", "Round trips of Homeroom on the real stores, as waves / statements:", "")
        stores = sorted({store for trips in results.trips.values() for store in trips})
        yield from _table(
            ("query", *stores),
            [(question, *(_trips(trips.get(store)) for store in stores)) for question, trips in results.trips.items()],
        )
    if results.fanout is not None:
        yield from _fanout(results.fanout)


def _fanout(found: dict[str, Any]) -> Iterator[str]:
    """As `bench/fanout/run.py` gives it."""
    columns = {
        "per_second": "deliveries/s",
        "of_bare": "of bare",
        "by_processor": "deliveries per processor second",
        "of_bare_by_processor": "of bare",
        "last_receipt_p99_ms": "last receipt p99 ms",
    }
    for group, servers in found.items():
        if group.endswith("_sockets"):
            yield from ("", f"**Fan-out** of one message to {int(group.partition('_')[0]):,} websockets:", "")
            rows = [
                (name, *(_figure(Figure(**own[key])) if key in own else "" for key in columns))
                for name, own in servers.items()
            ]
            yield from _table(("server", *columns.values()), rows)
    memory = found.get("bytes_a_subscriber")
    if memory is not None:
        each = ", ".join(f"{name.replace('_', ' ')} {value:,.0f}" for name, value in memory.items())
        yield from ("", f"Bytes a subscriber: {each}.")


def _verdict(each: Reached) -> str:
    if each.figure is None:
        return ""
    return "yes" if each.is_reached else "**no**"


def _comparison(comparison: Comparison) -> Iterator[str]:
    rows = []
    for name in comparison.samples:
        ours = name == comparison.ours
        rows.append(
            (
                comparison.titles[name],
                _figure(comparison.per_second(name)),
                "" if ours else _figure(comparison.ratio(name)),
                _figure(comparison.per_processor_second(name)),
                "" if ours else _figure(comparison.processor_ratio(name)),
                "yes" if name in comparison.same_bytes else "same JSON",
            )
        )
    yield from _table(
        ("server", "requests/s", "Homeroom to it", "requests per processor second", "Homeroom to it", "same bytes"),
        rows,
    )


def _latencies(found: Sequence[Any]) -> Iterator[Figure]:
    yield Figure.of([each.p50 for each in found])
    yield Figure.of([each.p99 for each in found])
    yield Figure.of([each.spread for each in found])


def _trips(trips: Any) -> str:
    return "" if trips is None else f"{trips['waves']} / {trips['statements']}"


def _figure(figure: Figure) -> str:
    if figure.least == figure.most:
        return _number(figure.median)
    return f"{_number(figure.median)} ({_number(figure.least)} to {_number(figure.most)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits are enough


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"

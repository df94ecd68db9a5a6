"""`python -m bench [--quick]`: Homeroom beside its peers. The last line is one JSON object of the ratios."""

import argparse
import json
import signal
import sys
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from bench import fanning, machine, memory
from bench.goals import reached
from bench.installing import Missing, install
from bench.plan import FULL, QUICK
from bench.progress import Steps
from bench.results import Results
from bench.servers import Broken
from bench.stores import comparing
from bench.table import printed, write_report

PARTS = ("memory", "stores", "fanout")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter rounds; docs/performance.md stays as it is")
    parser.add_argument("--only", choices=PARTS, help="one part alone; docs/performance.md stays as it is")
    asked = parser.parse_args()
    console = Console(stderr=True)
    results = Results()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        machine.check()
        install(lambda line: console.print(line, highlight=False))
        _measure(asked.only, results, console, quick=asked.quick)
    except Missing as missing:
        console.print(f"[red]The benchmark needs[/] {missing}", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; everything that was started has been stopped.")
        return 130
    for failure in results.failures:
        console.print(f"[red]{escape(failure)}[/]", highlight=False)
    if not (asked.quick or asked.only or results.failures):
        write_report(results)
    goals = [each.as_json() for each in reached(results)]
    sys.stdout.write(f"{printed(results)}\n{json.dumps({'goals': goals, **results.as_json()})}\n")
    return 1 if results.failures else 0


def _measure(only: str | None, results: Results, console: Console, *, quick: bool) -> None:
    """A part that fails is a failure of the run, and leaves the others' results."""
    plan = QUICK if quick else FULL
    parts: dict[str, tuple[int, Callable[[Steps], None]]] = {
        "memory": (memory.number_of_steps(plan), lambda steps: memory.measure(plan, results, steps)),
        "stores": (comparing.number_of_steps(plan), lambda steps: comparing.measure(plan, results, steps)),
        "fanout": (fanning.number_of_steps(), lambda steps: fanning.measure(plan, results, steps, quick=quick)),
    }
    wanted = [part for name, part in parts.items() if only in {None, name}]
    with Steps(console, sum(number for number, _ in wanted)) as steps:
        for _, measure in wanted:
            try:
                measure(steps)
            except Broken as broken:
                results.failures.append(str(broken))


if __name__ == "__main__":
    sys.exit(main())

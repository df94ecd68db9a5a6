"""`python -m bench [--quick]`: Homeroom beside its peers. The last line is one JSON object of the ratios."""

import argparse
import json
import sys

from rich.console import Console

from bench import fanning, machine, memory
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
    try:
        machine.check()
        install(lambda line: console.print(line, highlight=False))
        _measure(asked.only, results, console, quick=asked.quick)
    except Missing as missing:
        console.print(f"[red]The benchmark needs[/] {missing}", highlight=False)
        return 1
    except Broken as broken:
        console.print(f"[red]{broken}[/]", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; everything that was started has been stopped.")
        return 130
    if not asked.quick and asked.only is None:
        write_report(results)
    sys.stdout.write(f"{printed(results)}\n{json.dumps(results.as_json())}\n")
    return 0


def _measure(only: str | None, results: Results, console: Console, *, quick: bool) -> None:
    plan = QUICK if quick else FULL
    parts = PARTS if only is None else (only,)
    steps_of = {
        "memory": lambda: memory.number_of_steps(plan),
        "stores": lambda: comparing.number_of_steps(plan),
        "fanout": fanning.number_of_steps,
    }
    with Steps(console, sum(steps_of[part]() for part in parts)) as steps:
        if "memory" in parts:
            memory.measure(plan, results, steps)
        if "stores" in parts:
            comparing.measure(plan, results, steps)
        if "fanout" in parts:
            fanning.measure(plan, results, steps, quick=quick)


if __name__ == "__main__":
    sys.exit(main())

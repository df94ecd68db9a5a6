"""The fan-out over websockets, which `bench/fanout` measures in a process of its own."""

import json
import signal
import subprocess
import sys
from typing import Any

from bench.paths import LOGS, ROOT
from bench.plan import Plan
from bench.progress import Steps
from bench.results import Results
from bench.servers import STOP_SECONDS, Broken


def number_of_steps() -> int:
    return 1


def measure(plan: Plan, results: Results, steps: Steps, *, quick: bool) -> None:
    steps.step("fan-out over websockets")
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "fanout.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - a module of this package
            [sys.executable, "-m", "bench.fanout.run", "--json", *(["--quick"] if quick else [])],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            # It is told of Ctrl-C by us, once, and stops its servers.
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=plan.fanout)
        except subprocess.TimeoutExpired:
            raise Broken(f"the fan-out took longer than {plan.fanout:g} s") from None
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(STOP_SECONDS)
    if process.returncode:
        raise Broken(f"the fan-out failed; see {(LOGS / 'fanout.log').relative_to(ROOT)}")
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    results.fanout = found

"""Load on one server: as much as it takes (wrk), or a steady rate (`load/main.go`)."""

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any, Final

from bench.machine import LOAD_CORE, pinned
from bench.paths import POST, STEADY
from bench.questions import Question
from bench.servers import Broken, Server

CONNECTIONS: Final = 32
_LONGER: Final = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """Requests in a second of the clock, and in a second of the server's processor time.

    The second holds on a machine that others use too; what a server asks of another process is not in it.
    """

    per_second: float
    per_processor_second: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds under a steady load of so many requests a second."""

    rate: float
    p50: float
    p99: float

    @property
    def spread(self) -> float:
        return self.p99 / self.p50


def saturate(server: Server, path: str, question: Question, seconds: float, authorization: str | None = None) -> Sample:
    used = server.processor_seconds()
    environment = {"BENCH_BODY": str(question.body)}
    if authorization is not None:
        environment["BENCH_AUTHORIZATION"] = authorization
    # wrk counts whole seconds, and its time-out too.
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", str(POST)]
    printed = _run([*command, f"http://{server.address}{path}"], environment)
    found = json.loads(printed.splitlines()[-1])
    if not found["requests"] and not found["broken"] and seconds < _LONGER:
        # Some answer all connections at once or none, and are slow enough for the end to come before.
        return saturate(server, path, question, _LONGER, authorization)
    if found["refused"] or found["broken"] or not found["requests"]:
        raise Broken(f"{server.name} fails under load of {question.name}: {found}")
    used = server.processor_seconds() - used
    return Sample(found["requests"] / found["seconds"], found["requests"] / max(used, 0.01))


def steady(
    server: Server, path: str, question: Question, rate: float, seconds: float, authorization: str | None = None
) -> Latency:
    command = [str(STEADY), "-address", server.address, "-path", path, "-body", str(question.body)]
    if authorization is not None:
        command += ["-header", f"Authorization: {authorization}"]
    found: dict[str, Any] = json.loads(_run([*command, "-rate", f"{rate:.1f}", "-seconds", f"{seconds:g}"], {}))
    if found["unanswered"]:
        raise Broken(f"{server.name} leaves {found['unanswered']} requests of a steady load unanswered")
    return Latency(rate, found["p50_ms"], found["p99_ms"])


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - commands of this package
        pinned(LOAD_CORE, command),
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Broken(f"{command[0].rpartition('/')[2]} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout

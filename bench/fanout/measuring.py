"""One contestant, once: how many deliveries a second, how late the last of them, how much memory a subscriber."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from bench.fanout.contestants import HERE, LOAD, MESSAGE, Contestant, Sending
from bench.machine import LOAD_CORE, pinned
from bench.servers import Broken

CHANNEL: Final = "chn_" + "0" * 32
RUN_SECONDS: Final = 120
WINDOWS: Final = {100: 8, 1_000: 3}
"""Messages under way, by sockets: so many that a server always has work, and few enough that none waits for long."""

Sample = dict[str, float]


def deliveries(contestant: Contestant, sending: Sending, sockets: int, seconds: float) -> Sample:
    command = [*_load(contestant, sending, sockets), "-window", str(WINDOWS[sockets])]
    command += ["-seconds", str(seconds), "-calm", str(seconds), "-pid", str(sending.server.process.pid)]
    if contestant.peer == "homeroom" and contestant.query == "shared":
        command += ["-first", str(MESSAGE)]
    done = subprocess.run(command, capture_output=True, timeout=RUN_SECONDS, check=False)  # noqa: S603 - our own client
    if done.returncode:
        raise Broken(f"{contestant.name}, {sockets} sockets: {done.stderr.decode(errors='replace').strip()}")
    found: Sample = json.loads(done.stdout)
    return found


def bytes_a_socket(contestant: Contestant, sending: Sending, sockets: int) -> float:
    """Of a server that was just started: what it grew by, while so many have subscribed and heard one message."""
    before = _resident(sending)
    command = [*_load(contestant, sending, sockets), "-hold"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:  # noqa: S603 - our own
        if client.stdout is None or client.stdout.readline() != b"open\n":
            raise Broken(f"{contestant.name}: not all of {sockets} sockets could subscribe")
        grown = _resident(sending) - before
        client.communicate(timeout=RUN_SECONDS)
    return grown / sockets


def _load(contestant: Contestant, sending: Sending, sockets: int) -> list[str]:
    arguments: dict[str, Any] = {
        "address": sending.server.address,
        "control": f"127.0.0.1:{sending.control}",
        "query": HERE / f"{contestant.query}.graphql",
        "channel": CHANNEL,
        "n": sockets,
    }
    command = [str(LOAD)]
    for name, value in arguments.items():
        command += [f"-{name}", str(value)]
    return pinned(LOAD_CORE, command)


def _resident(sending: Sending) -> int:
    """Bytes of memory of its own that are in use; what is mapped from files comes and goes."""
    status = Path(f"/proc/{sending.server.process.pid}/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon"))
    return int(kilobytes) * 1024

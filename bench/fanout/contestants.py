"""Who sends one message to many: Homeroom in both modes, what is there at best, and what others use."""

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.installing import node
from bench.paths import LOGS, WORK
from bench.servers import START_SECONDS, Broken, Server, Servers, free_port

HERE: Final = Path(__file__).parent
LOAD: Final = WORK / "fanout-load"
MESSAGE: Final = WORK / "fanout-message.txt"
"""What Homeroom sends, for the bare server to send too."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`query` is the file of its subscription; those of one `peer` share a server."""

    name: str
    peer: str
    query: str


CONTESTANTS: Final = (
    Contestant("homeroom, the same for all", "homeroom", "shared"),
    Contestant("homeroom, each their own", "homeroom", "own"),
    Contestant("bare uvicorn", "bare", "shared"),
    Contestant("node graphql-ws, the same for all", "node", "shared"),
    Contestant("node graphql-ws, each their own", "node", "own"),
    Contestant("strawberry, the same for all", "strawberry", "shared"),
)


@dataclass(frozen=True, slots=True)
class Sending:
    """A server, and the port where each byte has it publish a message."""

    server: Server
    control: int


def start(servers: Servers, peer: str, name: str) -> Sending:
    """Returns when it is ready."""
    control = free_port()
    if peer == "node":
        command = [node(), str(HERE / "peers" / "node.mjs"), "{port}", str(control)]
    else:
        command = [sys.executable, "-m", f"bench.fanout.peers.{peer}", "{port}", str(control)]
    server = servers.start(f"fanout-{name}", command, {"FANOUT_MESSAGE": str(MESSAGE)})
    deadline = time.monotonic() + START_SECONDS
    while b"ready" not in (LOGS / f"{server.name}.log").read_bytes():
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise Broken(f"{server.name} did not start; see bench/.work/logs/{server.name}.log")
        time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", control)):
        return Sending(server, control)


def build_load() -> None:
    """The client, where it is not there yet or older than its source."""
    sources = [*HERE.glob("load/*.go"), HERE / "load" / "go.mod"]
    if LOAD.exists() and LOAD.stat().st_mtime > max(each.stat().st_mtime for each in sources):
        return
    WORK.mkdir(parents=True, exist_ok=True)
    go = shutil.which("go")
    if go is None:
        raise Broken("the client of bench/fanout needs Go 1.22 or later")
    subprocess.run([go, "build", "-o", str(LOAD), "."], cwd=HERE / "load", check=True)  # noqa: S603 - our own source

"""The servers that are compared on data in memory, and how each is started."""

import sys
from dataclasses import dataclass
from typing import Final

from bench.installing import node
from bench.paths import BENCH, PEERS_PYTHON
from bench.questions import MEMORY

HOMEROOM: Final = "homeroom"
BARE: Final = "bare"
_OWN_SCHEMA: Final = ("ping", "messages", "channel")


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    title: str
    command: list[str]
    questions: tuple[str, ...] = MEMORY

    def path(self, question: str) -> str:
        """Bare ASGI knows by the address what to send; all others read the query."""
        return f"/{question}" if self.name == BARE else "/graphql"


def memory_peers() -> list[Peer]:
    own, other = sys.executable, str(PEERS_PYTHON)
    scripts = BENCH / "peers" / "node"
    return [
        Peer(HOMEROOM, "Homeroom", _uvicorn(own, "homeroom")),
        Peer(BARE, "bare ASGI, the same bytes", _uvicorn(own, "bare")),
        Peer("starlette", "Starlette, written by hand", _uvicorn(own, "handwritten"), _OWN_SCHEMA),
        Peer("mercurius", "Mercurius, JIT, DataLoader", [node(), str(scripts / "mercurius.js"), "{port}"]),
        Peer("yoga", "GraphQL Yoga, JIT, DataLoader", [node(), str(scripts / "yoga.js"), "{port}"]),
        Peer("graphql-core", "graphql-core, cached documents", _uvicorn(own, "graphql_core")),
        Peer("strawberry", "Strawberry, cached documents", _uvicorn(own, "strawberry_best")),
        Peer("ariadne", "Ariadne, cached documents", _uvicorn(other, "ariadne_best")),
    ]


def _uvicorn(python: str, module: str) -> list[str]:
    return [python, "-m", "bench.peers.serve", module, "{port}"]

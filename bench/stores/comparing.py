"""Homeroom on its four databases, beside what a careful hand makes of the same drivers and statements."""

import asyncio
import shutil
import statistics
import sys
import time
import urllib.request
from typing import Any, Final

import orjson

from bench.catalog import HOMEROOM, Peer
from bench.checking import answer_of, check_same
from bench.installing import node
from bench.loading import Sample, saturate, steady
from bench.machine import LOAD_CORE, SERVER_CORE, children, pin
from bench.paths import BENCH, ROOT, WORK
from bench.plan import Plan
from bench.progress import Steps
from bench.questions import STORES, Question, questions
from bench.results import Comparison, Results
from bench.rounds import in_turn
from bench.servers import Server, Servers, wait_until_up
from bench.stores.planting import plant

FOLDER: Final = WORK / "stores"
STEADY_QUESTION: Final = "messages"
_SERVE: Final = [str(ROOT / ".venv/bin/homeroom"), "serve", "--port", "{port}", "--data-dir", str(FOLDER)]


def peers() -> list[Peer]:
    by_hand = [sys.executable, "-m", "bench.peers.serve", "stores_by_hand", "{port}"]
    in_node = [node(), str(BENCH / "peers" / "node" / "stores_mercurius.js"), "{port}"]
    return [
        Peer(HOMEROOM, "Homeroom", _SERVE, STORES),
        Peer("starlette", "Starlette, written by hand", by_hand, STORES),
        Peer("mercurius", "Mercurius, JIT, DataLoader, Node's drivers", in_node, STORES),
    ]


def number_of_steps(plan: Plan) -> int:
    return 2 + len(peers()) * (1 + len(plan.stores) * (1 + plan.store_rounds)) + plan.steady_rounds


def measure(plan: Plan, results: Results, steps: Steps) -> None:
    """Each server has its core; the databases are with the load on the other."""
    environment = {"BENCH_STORES": str(FOLDER), "NODE_ENV": "production", "HOMEROOM_RATE_LIMITS": "off"}
    with Servers() as running:
        steps.step("starting the databases")
        if not (FOLDER / "endpoints.json").exists():
            shutil.rmtree(FOLDER, ignore_errors=True)
            first = running.start("homeroom-first", _SERVE, environment, pinned_to=None)
            wait_until_up(first)
            running.stop(first)
        began = time.monotonic()
        homeroom = running.start("homeroom-serve", _SERVE, environment, pinned_to=None)
        wait_until_up(homeroom)
        results.warm_start = time.monotonic() - began
        _part(homeroom)
        steps.step("planting messages")
        planted = asyncio.run(plant(f"http://{homeroom.address}"))
        asked = questions("stores", plan.stores, {"id": planted.channel_id})
        authorization = f"Bearer {planted.token}"
        servers = {HOMEROOM: homeroom}
        for peer in peers():
            steps.step(f"starting {peer.title}")
            if peer.name not in servers:
                servers[peer.name] = running.start(f"stores-{peer.name}", peer.command, environment)
                wait_until_up(servers[peer.name])
        for question in asked:
            results.trips[question.name] = _trips(homeroom, question, authorization)
            results.stores.append(_compare(question, servers, authorization, plan, steps))
        rate = statistics.median(each.per_second for each in results.stores[0].samples[HOMEROOM]) / 2
        question = asked[plan.stores.index(STEADY_QUESTION)]
        found = []
        for _ in range(plan.steady_rounds):
            steps.step("steady load, Homeroom on the stores")
            found.append(steady(homeroom, "/graphql", question, rate, plan.steady, authorization))
        results.latency["homeroom, real stores"] = found


def _part(homeroom: Server) -> None:
    """The server on its core; its children, the databases, on the other."""
    pin(homeroom.process.pid, SERVER_CORE)
    for child in children(homeroom.process.pid):
        pin(child, LOAD_CORE)


def _compare(
    question: Question, servers: dict[str, Server], authorization: str, plan: Plan, steps: Steps
) -> Comparison:
    titles = {peer.name: peer.title for peer in peers()}
    headers = {"Authorization": authorization}
    ours = answer_of(servers[HOMEROOM], "/graphql", question, headers)
    same = set()
    for name, server in servers.items():
        theirs = answer_of(server, "/graphql", question, headers)
        check_same(question, ours, theirs, titles[name])
        if theirs == ours:
            same.add(name)

    def load(name: str, seconds: float) -> Sample:
        steps.step(f"{question.name} on the stores, {titles[name]}")
        return saturate(servers[name], "/graphql", question, seconds, authorization)

    samples = in_turn(
        list(servers),
        plan.store_rounds,
        lambda name: load(name, plan.store_seconds),
        lambda name: load(name, plan.warm_up),
    )
    return Comparison(question.name, len(ours), samples, titles, same)


def _trips(homeroom: Server, question: Question, authorization: str) -> Any:
    body = orjson.loads(question.body.read_bytes())
    request = urllib.request.Request(  # noqa: S310 - a loopback address
        homeroom.url,
        orjson.dumps({**body, "extensions": {"roundTrips": True}}),
        {"Content-Type": "application/json", "Accept": "application/json", "Authorization": authorization},
    )
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - a loopback address
        return orjson.loads(response.read())["extensions"]["roundTrips"]

"""All servers on the same data in memory."""

import statistics

from bench.catalog import BARE, HOMEROOM, Peer, memory_peers
from bench.checking import answer_of, check_same
from bench.data import write
from bench.loading import Sample, saturate, steady
from bench.machine import SERVER_CORE, pin
from bench.paths import ANSWERS, DATA, WORK
from bench.plan import Plan
from bench.progress import Steps
from bench.questions import Question, questions
from bench.results import Comparison, Results
from bench.rounds import in_turn
from bench.servers import Server, Servers, wait_until_up

STEADY_QUESTION = "messages"
STEADY_PEERS = (HOMEROOM, "mercurius", BARE)
"""Bare ASGI shows what of a p99 is the machine's."""


def measure(plan: Plan, results: Results, steps: Steps) -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    asked = questions("memory", plan.memory, {"id": write(DATA)})
    peers = memory_peers()
    environment = {"BENCH_DATA": str(DATA), "BENCH_ANSWERS": str(ANSWERS), "NODE_ENV": "production"}
    with Servers() as running:
        servers = _started(running, peers, asked, environment, steps)
        for question in asked:
            results.memory.append(_compare(question, peers, servers, plan, steps))
        place = plan.memory.index(STEADY_QUESTION)
        by_name = {peer.name: peer for peer in peers}
        for name in STEADY_PEERS:
            rate = statistics.median(each.per_second for each in results.memory[place].samples[name]) / 2
            path = by_name[name].path(STEADY_QUESTION)
            found = []
            for _ in range(plan.steady_rounds):
                steps.step(f"steady load, {name}")
                found.append(steady(servers[name], path, asked[place], rate, plan.steady))
            results.latency[f"{name}, in memory"] = found


def number_of_steps(plan: Plan) -> int:
    peers = memory_peers()
    asked = sum(len(set(peer.questions) & set(plan.memory)) for peer in peers)
    return len(peers) + asked * (1 + plan.rounds) + len(STEADY_PEERS) * plan.steady_rounds


def _started(
    running: Servers, peers: list[Peer], asked: list[Question], environment: dict[str, str], steps: Steps
) -> dict[str, Server]:
    """All servers, once each was seen to give the answers that Homeroom gives, which are kept for bare ASGI to send."""
    ANSWERS.mkdir(parents=True, exist_ok=True)
    servers: dict[str, Server] = {}
    for peer in peers:
        # They start on both cores, bare ASGI when there is something for it to send.
        if peer.name != BARE:
            servers[peer.name] = running.start(peer.name, peer.command, environment, pinned_to=None)
    for peer in peers:
        steps.step(f"starting {peer.title}")
        if peer.name == BARE:
            servers[BARE] = running.start(BARE, peer.command, environment)
        server = servers[peer.name]
        wait_until_up(server)
        pin(server.process.pid, SERVER_CORE)
        for question in asked:
            if question.name in peer.questions:
                kept = ANSWERS / f"{question.name}.json"
                answer = answer_of(server, peer.path(question.name), question)
                if peer.name == HOMEROOM:
                    kept.write_bytes(answer)
                check_same(question, kept.read_bytes(), answer, peer.title)
    return servers


def _compare(question: Question, peers: list[Peer], servers: dict[str, Server], plan: Plan, steps: Steps) -> Comparison:
    named = {peer.name: peer for peer in peers if question.name in peer.questions}

    def load(name: str, seconds: float) -> Sample:
        steps.step(f"{question.name}, {named[name].title}")
        return saturate(servers[name], named[name].path(question.name), question, seconds)

    samples = in_turn(
        list(named), plan.rounds, lambda name: load(name, plan.seconds), lambda name: load(name, plan.warm_up)
    )
    ours = (ANSWERS / f"{question.name}.json").read_bytes()
    same = {
        name for name, peer in named.items() if answer_of(servers[name], peer.path(question.name), question) == ours
    }
    titles = {name: peer.title for name, peer in named.items()}
    return Comparison(question.name, len(ours), samples, titles, same | {BARE})

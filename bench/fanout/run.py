"""`python -m bench.fanout.run [--quick] [--json]`: one message to 100 and 1,000 websockets.

The last line is one JSON object.

Servers take turns, round after round. `per_second` counts deliveries; `by_processor` counts them in a second of the
server's own processor time, which tells the servers apart where the machine has other work too.
"""

import argparse
import json
import sys
from typing import Any, Final

from bench.fanout import contestants, measuring
from bench.fanout.contestants import CONTESTANTS, Contestant, Sending
from bench.fanout.measuring import Sample
from bench.rounds import Figure
from bench.servers import Servers

SOCKETS: Final = (100, 1_000)
BARE: Final = "bare uvicorn"
OURS: Final = "homeroom, the same for all"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 sockets alone, and shorter rounds")
    parser.add_argument("--json", action="store_true", help="nothing but the last line")
    asked = parser.parse_args()
    contestants.build_load()
    rounds, seconds, sockets = (2, 0.7, SOCKETS[-1:]) if asked.quick else (5, 1.5, SOCKETS)
    with Servers() as servers:
        # Homeroom begins: the bare server sends what it sent.
        running = {"homeroom": contestants.start(servers, "homeroom", "homeroom")}
        measuring.deliveries(CONTESTANTS[0], running["homeroom"], SOCKETS[0], 0.2)
        memory = _memory(servers)
        for peer in {each.peer for each in CONTESTANTS} - running.keys():
            running[peer] = contestants.start(servers, peer, peer)
        samples = _samples(running, rounds, seconds, sockets)
    found: dict[str, Any] = {f"{count}_sockets": _compared(of_count) for count, of_count in samples.items()}
    found["bytes_a_subscriber"] = memory
    if not asked.json:
        _print(found)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _samples(
    running: dict[str, Sending], rounds: int, seconds: float, sockets: tuple[int, ...]
) -> dict[int, dict[str, list[Sample]]]:
    found: dict[int, dict[str, list[Sample]]] = {count: {each.name: [] for each in CONTESTANTS} for count in sockets}
    for _ in range(rounds):
        for count, of_count in found.items():
            for each in CONTESTANTS:
                of_count[each.name].append(measuring.deliveries(each, running[each.peer], count, seconds))
    return found


def _memory(servers: Servers) -> dict[str, float]:
    found = {}
    ours = next(each for each in CONTESTANTS if each.name == OURS)
    for name, contestant in (("homeroom", ours), ("bare", Contestant(BARE, "bare", "shared"))):
        fresh = contestants.start(servers, contestant.peer, f"{name}-memory")
        found[name] = round(measuring.bytes_a_socket(contestant, fresh, SOCKETS[-1]))
        servers.stop(fresh.server)
    return {**found, "above_bare": found["homeroom"] - found["bare"]}


def _compared(samples: dict[str, list[Sample]]) -> dict[str, Any]:
    bare = samples[BARE]
    found: dict[str, Any] = {}
    for name, own in samples.items():
        of_name = {
            "per_second": Figure.of([each["rate"] for each in own]),
            "by_processor": Figure.of([1e6 / each["server_us_a_delivery"] for each in own]),
            "last_receipt_p99_ms": Figure.of([each["last_p99_ms"] for each in own]),
        }
        if name != BARE:
            pairs = list(zip(own, bare, strict=True))
            of_name["of_bare"] = Figure.of([one["rate"] / other["rate"] for one, other in pairs])
            of_name["of_bare_by_processor"] = Figure.of(
                [other["server_us_a_delivery"] / one["server_us_a_delivery"] for one, other in pairs]
            )
        found[name] = {key: figure.as_json() for key, figure in of_name.items()} | {"bytes": own[0]["bytes"]}
    return found


def _print(found: dict[str, Any], indent: str = "") -> None:
    for name, value in found.items():
        title = f"{indent}{name.replace('_', ' ')}"
        if not isinstance(value, dict):
            sys.stdout.write(f"{title}: {value:,}\n")
        elif "median" in value:
            sys.stdout.write(f"{title}: {value['median']:,} ({value['least']:,} to {value['most']:,})\n")
        else:
            sys.stdout.write(f"{title}\n")
            _print(value, f"{indent}  ")


if __name__ == "__main__":
    sys.exit(main())

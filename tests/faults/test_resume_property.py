"""Whatever happens to connections, processes and Redis: who resumes has, in the end, what the store has."""

import asyncio
import itertools
import os
import random
import secrets
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from datasources.events.tasks import end
from tests.client import Client
from tests.datasources.events.valkey import OwnValkey, own_valkey
from tests.faults.rebuilding import Subscriber, stored
from tests.server import Server, start

PROCESSES: Final = 3
PEOPLE: Final = 2
WRITERS_EACH: Final = 3
SUBSCRIBERS_EACH: Final = 3
FAULTS: Final = 6
BETWEEN_SECONDS: Final = (2.0, 6.0)
AWAY_SECONDS: Final = 4.0
CATCH_UP_SECONDS: Final = 60.0
PATIENCE_SECONDS: Final = 500
EMOJI: Final = ("👍", "🎉", "👀")
AWAY: Final = {"STORE_UNAVAILABLE", "OPERATION_TIMED_OUT", "TRY_AGAIN_LATER"}


@dataclass(slots=True)
class Processes:
    """Server processes that a test may kill; each comes back on its own data directory, at another address."""

    settings: dict[str, str]
    folders: list[Path]
    running: dict[int, Server] = field(default_factory=dict)
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)

    async def begin(self, number: int) -> None:
        server = await start(self.settings, data_dir=self.folders[number])
        await server.ready()
        self.running[number] = server

    async def kill(self, number: int) -> None:
        await self.running.pop(number).stop(signal.SIGKILL)

    def client(self, person: Client, chance: random.Random) -> Client:
        """This person's, on one of the processes that are there."""
        server = self.running[chance.choice(sorted(self.running))]
        place = (person.user_id, server.url)
        if place not in self.clients:
            self.clients[place] = Client(server.url)
            self.clients[place].token = person.token
        return self.clients[place]


@asynccontextmanager
async def running(settings: dict[str, str], folder: Path) -> AsyncIterator[Processes]:
    processes = Processes(settings, [folder / str(number) for number in range(PROCESSES)])
    try:
        for number in range(PROCESSES):
            await processes.begin(number)
        yield processes
    finally:
        await asyncio.gather(*(client.http.aclose() for client in processes.clients.values()))
        await asyncio.gather(*(server.stop() for server in processes.running.values()))


@dataclass(slots=True)
class Writer:
    """Changes rooms at random, its own messages and reactions, beside others of the same person."""

    person: Callable[[], Client]
    rooms: list[str]
    own: dict[str, list[str]]
    chance: random.Random
    acknowledged: Counter[str] = field(default_factory=Counter)
    sent: dict[str, set[str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    stopping: bool = False

    async def run(self) -> None:
        while not self.stopping:
            await self._change(self.chance.choice(self.rooms))

    async def _change(self, room: str) -> None:
        own, kind = self.own[room], self.chance.random()
        if kind < 0.4 or not own:
            payload = await self._done("send_bare", roomId=room, content=self._text(), idempotencyKey=self._text())
            own.append(payload["message"]["id"])
            self.sent.setdefault(room, set()).add(payload["message"]["id"])
            return
        message = self.chance.choice(own[-12:])
        if kind < 0.65:
            await self._done("edit_message", messageId=message, content=self._text())
        elif kind < 0.75:
            self.deleted.add(message)
            await self._done("delete_message", messageId=message)
        else:
            name = "add_reaction" if kind < 0.9 else "remove_reaction"
            await self._done(name, messageId=message, emoji=self.chance.choice(EMOJI))

    async def _done(self, name: str, **inputs: Any) -> dict[str, Any]:
        """Repeats it, on whatever process is there, until it is acknowledged or refused for good."""
        while True:
            try:
                answer = await self.person().answer(name, input=inputs)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            payload: dict[str, Any] | None = next(iter((answer.get("data") or {}).values()), None)
            if payload is not None:
                # Somebody else may have deleted the message meanwhile.
                assert name != "send_bare" or payload["userErrors"] == [], payload
                self.acknowledged[name] += not payload["userErrors"]
                return payload
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert codes <= AWAY, answer
            await asyncio.sleep(0.1)

    def _text(self) -> str:
        return f"{self.chance.getrandbits(64):x}"


async def break_things(processes: Processes, valkey: OwnValkey, chance: random.Random) -> Counter[str]:
    done: Counter[str] = Counter()
    # Each of them at least once, in any order.
    faults = ["process", "process", "restart of Redis", "outage of Redis"]
    faults += chance.choices(faults, k=FAULTS - len(faults))
    chance.shuffle(faults)
    for fault in faults:
        await asyncio.sleep(chance.uniform(*BETWEEN_SECONDS))  # the time between two accidents
        done[fault] += 1
        if fault == "process":
            number = chance.choice(sorted(processes.running))
            await processes.kill(number)
            await processes.begin(number)
        else:
            valkey.kill()
            if fault == "outage of Redis":
                await asyncio.sleep(AWAY_SECONDS)  # the length of the outage
            await valkey.start()
    return done


async def agree(person: Client, subscribers: list[Subscriber]) -> None:
    """Returns when all have what the store has; raises with what they lack when that takes too long."""
    deadline = asyncio.get_running_loop().time() + CATCH_UP_SECONDS
    for subscriber in subscribers:
        while True:
            truth = (await stored(person, subscriber.room, subscriber.kind)).of_living
            if subscriber.state.of_living == truth:
                break
            if asyncio.get_running_loop().time() > deadline:
                assert subscriber.state.of_living == truth
            await asyncio.sleep(0.2)


async def test_who_resumes_has_what_the_store_has(environment: dict[str, str], tmp_path: Path) -> None:
    seed = int(os.environ.get("HOMEROOM_TEST_SEED") or secrets.randbits(32))
    print(f"\nHOMEROOM_TEST_SEED={seed}")  # noqa: T201 - to have the same again
    chance = random.Random(seed)  # noqa: S311 - a sequence that can be had again
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        own_valkey(tmp_path) as valkey,
        running(environment | {"REDIS_URL": valkey.url}, tmp_path) as processes,
        AsyncExitStack() as stack,
    ):
        first = processes.running[0].url
        people = [await stack.enter_async_context(Client(first)) for _ in range(PEOPLE)]
        await asyncio.gather(*(person.sign_up() for person in people))
        workspace = await people[0].workspace()
        await people[0].invite(workspace, *people[1:])
        begun = await people[0].done("start_conversation", userId=people[1].user_id)
        rooms = {await people[0].channel(workspace): "channel", begun["conversation"]["id"]: "conversation"}

        def whoever(person: Client) -> tuple[Callable[[], Client], random.Random]:
            own_chance = random.Random(chance.getrandbits(32))  # noqa: S311 - as above
            return lambda: processes.client(person, own_chance), own_chance

        subscribers = []
        for (room, kind), person, _ in itertools.product(rooms.items(), people, range(SUBSCRIBERS_EACH)):
            cursor = (await person.data(f"rebuild_{kind}_page", id=room))[kind]["eventCursor"]
            subscribers.append(Subscriber(room, kind, cursor, *whoever(person)))
        writers = []
        for person in people:
            own: dict[str, list[str]] = {room: [] for room in rooms}
            for _ in range(WRITERS_EACH):
                client, own_chance = whoever(person)
                writers.append(Writer(client, list(rooms), own, own_chance))
        hearing = [asyncio.create_task(subscriber.run()) for subscriber in subscribers]
        try:
            async with asyncio.TaskGroup() as group:
                for writer in writers:
                    group.create_task(writer.run())
                faults = await break_things(processes, valkey, chance)
                for writer in writers:
                    writer.stopping = True
            for subscriber in subscribers:
                subscriber.calm = True
            reader = processes.client(people[0], chance)
            await agree(reader, subscribers)
            truth = {room: await stored(reader, room, kind) for room, kind in rooms.items()}
        finally:
            await end(hearing)

    acknowledged = sum((writer.acknowledged for writer in writers), Counter())
    print(  # noqa: T201 - the counts are what the drill is for
        f"faults: {dict(faults)}; acknowledged: {dict(acknowledged)};"
        f" {len(subscribers)} subscribers heard {sum(each.heard for each in subscribers)} events"
        f" over {sum(each.resumes for each in subscribers)} resumes;"
        f" {sum(len(state.messages) for state in truth.values())} messages"
        f" and {sum(len(state.of_living[1]) for state in truth.values())} reactions left"
    )
    assert [fault for subscriber in subscribers for fault in subscriber.faults] == []
    deleted = set[str]().union(*(writer.deleted for writer in writers))
    for room, state in truth.items():
        sent = set[str]().union(*(writer.sent.get(room, set()) for writer in writers))
        assert sent - deleted <= set(state.messages)
        assert set(state.messages) <= sent
    assert all(subscriber.resumes > 0 for subscriber in subscribers)

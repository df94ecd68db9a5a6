"""Writers, readers and listeners on two server processes at once, and what each of them was told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
from websockets.exceptions import ConnectionClosed

from tests.client import Client, Socket
from tests.faults.asking import acknowledged, events_of, snowflake


@dataclass(slots=True)
class Room:
    """A channel or conversation under load. `acknowledged` has each sender's message ids in the order sent."""

    id: str
    page: str
    events: str
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    during_outage: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    holes: list[str] = field(default_factory=list)

    @property
    def all(self) -> set[str]:
        return {message_id for ids in self.acknowledged.values() for message_id in ids}


@dataclass(slots=True)
class Load:
    """`people` are signed in, each on one of the processes, and take part in every room."""

    people: list[Client]
    rooms: list[Room]
    messages: int
    acknowledgements: int = 0
    outage: bool = False
    reached: dict[int, asyncio.Event] = field(default_factory=dict)

    async def run(self) -> None:
        """Every person sends to every room, one message after the other, while others read and listen."""
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as writers:
            for room in self.rooms:
                await stack.enter_async_context(self._read(room))
                for number, person in enumerate(self.people):
                    writers.create_task(self._write(room, f"{number}", person))

    async def after(self, acknowledgements: int) -> None:
        """Returns when so many messages have been acknowledged."""
        await self.reached.setdefault(acknowledgements, asyncio.Event()).wait()

    async def _write(self, room: Room, name: str, person: Client) -> None:
        sent = room.acknowledged.setdefault(name, [])
        for number in range(self.messages):
            content = f"{name}-{number}"
            message_id = await acknowledged(person, room.id, content, key=f"{room.id[-8:]}-{content}")
            sent.append(message_id)
            room.during_outage += self.outage
            self.acknowledgements += 1
            for wanted, flag in self.reached.items():
                if self.acknowledgements >= wanted:
                    flag.set()

    @asynccontextmanager
    async def _read(self, room: Room) -> AsyncIterator[None]:
        readers = [asyncio.create_task(self._page_on(room, person)) for person in self.people[:2]]
        try:
            yield
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _page_on(self, room: Room, person: Client) -> None:
        """Reads the newest page again and again: a complete one has what was acknowledged before."""
        while True:
            before = room.all
            try:
                answer = await person.answer(room.page, id=room.id, last=100)
            except httpx.TransportError:
                continue
            found = next(iter((answer.get("data") or {"": None}).values()))
            messages = (found or {}).get("messages")
            if messages is None:
                room.pages["refused"] += 1
                await asyncio.sleep(0.1)
                continue
            room.pages["complete" if messages["complete"] else "incomplete"] += 1
            ids = [edge["node"]["id"] for edge in messages["edges"]]
            snowflakes = [snowflake(message_id) for message_id in ids]
            if snowflakes != sorted(set(snowflakes)):
                room.holes.append(f"ids do not ascend: {ids}")
            if not messages["complete"]:
                continue
            oldest = snowflakes[0] if messages["pageInfo"]["hasPreviousPage"] and snowflakes else 0
            missing = {each for each in before if snowflake(each) >= oldest} - set(ids)
            if missing:
                room.holes.append(f"acknowledged and not on a complete page: {sorted(missing)}")


@dataclass(slots=True)
class Listener:
    """Follows a room with resume, as a front end does; `heard` counts each message's sending, `twice` repetitions."""

    person: Client
    room: Room
    cursor: str | None = None
    heard: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    resumes: int = -1
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        found = next(iter((await self.person.data(self.room.page, id=self.room.id, last=0)).values()))
        self.cursor = found["eventCursor"]
        self.ready.set()
        while True:
            self.resumes += 1
            within: set[tuple[str, str]] = set()
            try:
                async with self.person.socket() as socket:
                    await socket.subscribe(self.room.events, id=self.room.id, after=self.cursor)
                    await self._follow(socket, within)
            except (ConnectionClosed, OSError, TimeoutError, AssertionError):
                await asyncio.sleep(0.1)

    async def _follow(self, socket: Socket, within: set[tuple[str, str]]) -> None:
        async for event in events_of(socket):
            self.cursor = event["cursor"] or self.cursor
            if event["__typename"] == "MessageSent":
                sent = event["message"]["id"]
                self.twice += (sent, event["message"]["revision"]) in within
                within.add((sent, event["message"]["revision"]))
                self.heard[sent] += 1

"""A front end that rebuilds a room from what it hears, loses its connection at random, and resumes where it was."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.client import Client, Socket
from tests.faults.asking import events_of, everything

LONGEST_SECONDS: Final = 4.0
PAUSE_SECONDS: Final = 0.2

Reactions = set[tuple[str, str, str]]


@dataclass(slots=True)
class State:
    """Content and revision of each message that lives, and who reacted to which with what."""

    messages: dict[str, tuple[int, str]] = field(default_factory=dict)
    reactions: Reactions = field(default_factory=set)

    @property
    def of_living(self) -> tuple[dict[str, tuple[int, str]], Reactions]:
        return self.messages, {each for each in self.reactions if each[0] in self.messages}


@dataclass(slots=True)
class Subscriber:
    """`person` gives a client on some process that is there; `faults` says what no stream may do."""

    room: str
    kind: str
    cursor: str
    person: Callable[[], Client]
    chance: random.Random
    state: State = field(default_factory=State)
    deleted: dict[str, int] = field(default_factory=dict)
    heard: int = 0
    resumes: int = -1
    calm: bool = False
    faults: list[str] = field(default_factory=list)

    async def run(self) -> None:
        while True:
            self.resumes += 1
            seconds = None if self.calm else self.chance.uniform(0.1, LONGEST_SECONDS)
            try:
                async with asyncio.timeout(seconds), self.person().socket() as socket:
                    await socket.subscribe(f"rebuild_{self.kind}_events", id=self.room, after=self.cursor)
                    try:
                        await self._follow(socket)
                    finally:
                        # Half of the time as a train goes into a tunnel.
                        if self.chance.random() < 0.5:
                            socket.connection.transport.abort()
            except (ConnectionClosed, InvalidHandshake, OSError, AssertionError):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self, socket: Socket) -> None:
        revisions: dict[str, int] = {}
        async for event in events_of(socket):
            self.heard += 1
            self._take(event, revisions)
            self.cursor = event["cursor"] or self.cursor

    def _take(self, event: dict[str, Any], revisions: dict[str, int]) -> None:
        match event["__typename"]:
            case "MessageSent" | "MessageEdited":
                message = event["message"]
                self._ascends(message["id"], message["revision"], revisions)
                self._keep(message["id"], message["revision"], message["content"])
            case "MessageDeleted":
                self._ascends(event["messageId"], event["revision"], revisions)
                self.deleted[event["messageId"]] = event["revision"]
                self.state.messages.pop(event["messageId"], None)
            case "ReactionAdded":
                self.state.reactions.add((event["messageId"], event["emoji"], event["user"]["id"]))
            case "ReactionRemoved":
                self.state.reactions.discard((event["messageId"], event["emoji"], event["user"]["id"]))
            case "ConversationChanged" | "ParticipantChanged":
                pass  # of the beginning of the conversation, just before the cursor
            case other:
                self.faults.append(f"heard a {other}")

    def _ascends(self, message_id: str, revision: Any, revisions: dict[str, int]) -> None:
        number = int(revision)
        if revisions.get(message_id, -1) >= number:
            self.faults.append(f"{message_id}: revision {number} after {revisions[message_id]} in one stream")
        revisions[message_id] = number

    def _keep(self, message_id: str, revision: Any, content: str) -> None:
        standing = self.state.messages.get(message_id)
        if message_id not in self.deleted and (standing is None or standing[0] < int(revision)):
            self.state.messages[message_id] = (int(revision), content)


async def stored(person: Client, room: str, kind: str) -> State:
    """What the store says, page by page."""
    state = State()
    for node in await everything(person, f"rebuild_{kind}_page", room):
        state.messages[node["id"]] = (int(node["revision"]), node["content"])
        for group in node["reactions"]:
            state.reactions |= {(node["id"], group["emoji"], user["id"]) for user in group["users"]}
    return state

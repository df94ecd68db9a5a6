"""Strawberry's own websocket view, with its caches of documents, and uvicorn's best options; records as they are."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final

import strawberry
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.fanout.peers.serving import Publish, run
from graph.limits import Limits
from graph.transport.server import uvicorn_options

AT: Final = "2026-01-31T09:30:00.123Z"
ROOM: Final = "0" * 32
TEXT: Final = "The reading for Thursday is chapter four; we begin with your questions about how cells divide."

DateTime = strawberry.scalar(name="DateTime", serialize=str, parse_value=str)
BigInt = strawberry.scalar(name="BigInt", serialize=str, parse_value=int)


class Moment(str):
    __slots__ = ()


class Big(int):
    __slots__ = ()


@strawberry.type
class User:
    id: strawberry.ID
    name: str
    avatar_url: str | None


@strawberry.type
class ReactionGroup:
    emoji: str
    count: int
    people: strawberry.Private[tuple[str, ...]]

    @strawberry.field
    def viewer_has_reacted(self, info: strawberry.Info[Any, None]) -> bool:
        return info.context["connection_params"]["authorization"].removeprefix("Bearer ") in self.people


@strawberry.type
class Message:
    id: strawberry.ID
    content: str
    revision: Big
    created_at: Moment
    author: User | None
    reactions: list[ReactionGroup] | None


@strawberry.interface
class Event:
    cursor: str | None
    at: Moment


@strawberry.type
class MessageSent(Event):
    message: Message


@strawberry.type
class MessageEdited(Event):
    message: Message


@strawberry.type
class MessageDeleted(Event):
    message_id: strawberry.ID
    revision: Big


ChannelEvent = Annotated[MessageSent | MessageEdited | MessageDeleted, strawberry.union("ChannelEvent")]


@dataclass(slots=True)
class Room:
    listeners: set["asyncio.Queue[MessageSent]"]
    last: int = 912091632487104512

    async def publish(self) -> None:
        self.last += 1
        author = User(
            id=strawberry.ID("usr_" + "a" * 32), name="Ada Lovelace", avatar_url="https://example.org/ada.png"
        )
        message = Message(
            id=strawberry.ID(f"msg_{ROOM}_{self.last}"),
            content=TEXT,
            revision=Big(self.last),
            created_at=Moment(AT),
            author=author,
            reactions=[ReactionGroup(emoji="👍", count=2, people=("viewer-1", "viewer-2"))],
        )
        event = MessageSent(cursor=f"evt_{ROOM}_{self.last}", at=Moment(AT), message=message)
        for listener in self.listeners:
            listener.put_nowait(event)


@strawberry.type
class Query:
    @strawberry.field
    def ping(self) -> str:
        return "pong"


ROOMS: Final = Room(set())


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def channel_events(
        self, channel_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[ChannelEvent, None]:
        del channel_id, after
        events: asyncio.Queue[MessageSent] = asyncio.Queue()
        ROOMS.listeners.add(events)
        try:
            while True:
                yield await events.get()
        finally:
            ROOMS.listeners.discard(events)


@asynccontextmanager
async def start() -> AsyncIterator[tuple[Any, Publish]]:
    schema = strawberry.Schema(
        Query,
        subscription=Subscription,
        extensions=[ParserCache, ValidationCache],
        config=StrawberryConfig(scalar_map={Moment: DateTime, Big: BigInt}),
    )
    yield GraphQL[Any, None](schema, graphql_ide=None), ROOMS.publish


if __name__ == "__main__":
    run(start, **uvicorn_options(Limits()))

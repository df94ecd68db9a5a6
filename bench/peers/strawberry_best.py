"""Strawberry at its best: `Schema.execute` behind the thinnest ASGI application, with its caches of documents.

Its own ASGI view, with the same caches and drivers, is slower. Fields without a resolver read the records themselves.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
import strawberry
from strawberry import argument
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from bench import data
from bench.data import MessageType, Role, moment_text
from bench.peers.memory import DATA
from bench.peers.thin import asgi

Context = DataLoader[str, data.User | None]
Asked = Info[Context, None]

MOMENT: Final = strawberry.scalar(
    name="DateTime",
    description="A moment in UTC, as in RFC 3339, such as `2026-01-31T09:30:00.000Z`.",
    specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
    serialize=moment_text,
    parse_value=datetime.fromisoformat,
)


def described(cls: Any, description: str, values: list[str]) -> None:
    made = strawberry.enum(cls, description=description)
    for value, text in zip(made.__strawberry_definition__.values, values, strict=True):
        value.description = text


def plain(description: str) -> Any:
    return strawberry.field(description=description)


def computed(graphql_type: object, description: str) -> Callable[[Callable[..., Any]], Any]:
    made: Any = strawberry.field(graphql_type=graphql_type, description=description)
    return lambda resolver: made(resolver)  # noqa: PLW0108 - typed, which Strawberry's is not here


described(Role, "What a person does at the school.", ["Learns.", "Teaches."])
described(MessageType, "What a message mainly is.", ["A text.", "A file.", "Homework."])


@strawberry.type(description="A person.")
class User:
    id: strawberry.ID = plain("A globally unique id.")
    name: str = plain("The name that others see.")
    role: Role = plain("What the person does at the school.")


@strawberry.type(description="Everybody who reacted to a message with one emoji.")
class ReactionGroup:
    emoji: str = plain("The emoji.")
    count: int = plain("How many people have reacted with it.")

    @computed(list[User | None], "The people.")
    def users(self, info: Asked) -> Any:
        one: Any = self
        return info.context.load_many(one.user_ids)


@strawberry.type(description="Something that a person wrote in a channel.")
class Message:
    id: strawberry.ID = plain("A globally unique id.")
    type: MessageType = plain("What it mainly is.")
    content: str = plain("What was written.")
    created_at: datetime = plain("When it was sent.")
    edited_at: datetime | None = plain("When it was last edited; null where it never was.")

    @computed(User | None, "Who wrote it.")
    def author(self, info: Asked) -> Any:
        one: Any = self
        return info.context.load(one.author_id)

    @computed(list[ReactionGroup], "The reactions by emoji.")
    def reactions(self) -> Any:
        return DATA.reactions_of_message[self.id]


@strawberry.type(description="A message at the head of its channel.")
class Pin:
    pinned_at: datetime = plain("When it was pinned.")

    @computed(User | None, "Who pinned it.")
    def pinned_by(self, info: Asked) -> Any:
        one: Any = self
        return info.context.load(one.pinned_by)

    @computed(Message | None, "The message.")
    def message(self) -> Any:
        one: Any = self
        return DATA.messages.get(one.message_id)


@strawberry.type(description="A stream of messages.")
class Channel:
    id: strawberry.ID = plain("A globally unique id.")
    name: str = plain("What the channel is called.")
    topic: str | None = plain("What the channel is about.")
    created_at: datetime = plain("When the channel was created.")

    @computed(list[Pin], "The messages at its head.")
    def pins(self) -> Any:
        return DATA.pins_of_channel[self.id]

    @computed(list[Message], "The first messages.")
    def messages(self, first: Annotated[int, argument(description="How many.")]) -> Any:
        return DATA.messages_of_channel[self.id][:first]


@strawberry.type(description="Where reading begins.")
class Query:
    @computed(str, "Answers `pong`.")
    def ping(self) -> str:
        return "pong"

    @computed(Channel | None, "The channel of this id.")
    def channel(self, id: Annotated[strawberry.ID, argument(description="A globally unique id.")]) -> Any:  # noqa: A002
        return DATA.channels.get(id)


async def _users(ids: list[str]) -> list[data.User | None]:
    return [DATA.users.get(each) for each in ids]


schema: Final = strawberry.Schema(
    query=Query,
    extensions=[ParserCache, ValidationCache],
    config=StrawberryConfig(scalar_map={datetime: MOMENT}),
)


async def answer(query: str, variables: dict[str, Any] | None, operation_name: str | None) -> bytes:
    result = await schema.execute(query, variables, DataLoader(_users), operation_name=operation_name)
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    return orjson.dumps(body)


app: Final = asgi(answer)

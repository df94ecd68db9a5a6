"""Homeroom's transport, executor and kinds of field over a small schema whose loaders find everything in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

import strawberry
from starlette.applications import Starlette
from strawberry.schema.config import StrawberryConfig

from bench import data
from bench.data import MessageType, Role
from bench.peers.memory import DATA
from datasources.layers.round_trips import RoundTrips
from graph.auth import Authenticator
from graph.context import Context as RealContext
from graph.execution.executor import Executor
from graph.fields import attribute, enum_type, joined, joined_many, method, node_type, object_type
from graph.limits import Limits
from graph.transport.head import Head
from graph.transport.http import HTTPEndpoint
from graph.transport.operations import Operations
from graph.transport.routes import Shortcut, graphql_routes
from graph.transport.server import uvicorn_options
from graph.transport.websocket import WebSocketEndpoint
from graph.types.scalars import SCALARS
from resolvers.loaders import Loader, Loaders, SharedLoaders
from resolvers.viewer import Viewer


async def _users(_: Loaders, ids: list[str]) -> list[data.User | None]:
    return [DATA.users.get(each) for each in ids]


async def _channels(_: Loaders, ids: list[str]) -> list[data.Channel | None]:
    return [DATA.channels.get(each) for each in ids]


async def _messages(_: Loaders, ids: list[str]) -> list[data.Message | None]:
    return [DATA.messages.get(each) for each in ids]


async def _messages_of_channel(_: Loaders, ids: list[str]) -> list[Sequence[data.Message]]:
    return [DATA.messages_of_channel[each] for each in ids]


async def _reactions(_: Loaders, ids: list[str]) -> list[Sequence[data.ReactionGroup]]:
    return [DATA.reactions_of_message[each] for each in ids]


async def _pins(_: Loaders, ids: list[str]) -> list[Sequence[data.Pin]]:
    return [DATA.pins_of_channel[each] for each in ids]


users_by_id: Loader[str, data.User | None] = Loader("users_by_id", _users)
channels_by_id: Loader[str, data.Channel | None] = Loader("channels_by_id", _channels)
messages_by_id: Loader[str, data.Message | None] = Loader("messages_by_id", _messages)
messages_by_channel: Loader[str, Sequence[data.Message]] = Loader("messages_by_channel", _messages_of_channel)
reactions_by_message: Loader[str, Sequence[data.ReactionGroup]] = Loader("reactions_by_message", _reactions)
pins_by_channel: Loader[str, Sequence[data.Pin]] = Loader("pins_by_channel", _pins)

enum_type(
    Role,
    description="What a person does at the school.",
    values={Role.STUDENT: "Learns.", Role.TEACHER: "Teaches."},
)
enum_type(
    MessageType,
    description="What a message mainly is.",
    values={MessageType.TEXT: "A text.", MessageType.FILE: "A file.", MessageType.ASSIGNMENT: "Homework."},
)


@node_type(data.User, description="A person.")
class User:
    id: strawberry.ID = attribute("A globally unique id.")
    name: str = attribute("The name that others see.")
    role: Role = attribute("What the person does at the school.")


@object_type(data.ReactionGroup, description="Everybody who reacted to a message with one emoji.")
class ReactionGroup:
    emoji: str = attribute("The emoji.")
    count: int = attribute("How many people have reacted with it.")
    users: list[User | None] = joined_many(users_by_id, keys="user_ids", description="The people.", length=4)


@node_type(data.Message, description="Something that a person wrote in a channel.")
class Message:
    id: strawberry.ID = attribute("A globally unique id.")
    type: MessageType = attribute("What it mainly is.")
    content: str = attribute("What was written.")
    created_at: datetime = attribute("When it was sent.")
    edited_at: datetime | None = attribute("When it was last edited; null where it never was.")
    author: User | None = joined(users_by_id, key="author_id", description="Who wrote it.")
    reactions: list[ReactionGroup] = joined(
        reactions_by_message, key="id", description="The reactions by emoji.", length=4
    )


@object_type(data.Pin, description="A message at the head of its channel.")
class Pin:
    pinned_at: datetime = attribute("When it was pinned.")
    pinned_by: User | None = joined(users_by_id, key="pinned_by", description="Who pinned it.")
    message: Message | None = joined(messages_by_id, key="message_id", description="The message.")


First = Annotated[int, strawberry.argument(description="How many.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="A globally unique id.")]


@node_type(data.Channel, description="A stream of messages.")
class Channel:
    id: strawberry.ID = attribute("A globally unique id.")
    name: str = attribute("What the channel is called.")
    topic: str | None = attribute("What the channel is about.")
    created_at: datetime = attribute("When the channel was created.")
    pins: list[Pin] = joined(pins_by_channel, key="id", description="The messages at its head.", length=50)

    @method(list[Message], description="The first messages.", length=50)
    async def messages(self: data.Channel, context: RealContext, first: First) -> Sequence[data.Message]:
        return (await context.loaders.load(messages_by_channel, self.id))[:first]


@strawberry.type(description="Where reading begins.")
class Query:
    @method(str, description="Answers `pong`.")
    def ping(self, context: RealContext) -> str:
        del context
        return "pong"

    @method(Channel | None, description="The channel of this id.")
    async def channel(self, context: RealContext, id: Id) -> data.Channel | None:  # noqa: A002 - the schema's name
        return await context.loaders.load(channels_by_id, str(id))


@dataclass(slots=True)
class Context:
    """As `graph.context.Context`, without services, which this schema does not use."""

    viewer: Viewer | None
    loaders: Loaders
    trips: RoundTrips = field(default_factory=RoundTrips)
    session_token: str | None = None

    @property
    def outages(self) -> frozenset[str]:
        return frozenset(self.loaders.outages)

    def borrow(self, common: SharedLoaders) -> None:
        self.loaders.common = common


def new_context(viewer: Viewer | None, _: Head) -> Context:
    stores: Any = None
    return Context(viewer, Loaders(stores, viewer))


async def nobody(_: str) -> None:
    return None


schema: Final = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALARS))
limits: Final = Limits()
operations: Final = Operations(
    executor=Executor(schema._schema, limits),  # noqa: SLF001 - Strawberry has no public name for it
    authenticator=Authenticator(nobody),
    new_context=new_context,
    limits=limits,
)
OPTIONS: Final = uvicorn_options(limits)
routes: Final = graphql_routes(
    "/graphql", HTTPEndpoint(operations, secure_cookies=False), WebSocketEndpoint(operations)
)
app: Final = Shortcut(Starlette(routes=routes), "/graphql")

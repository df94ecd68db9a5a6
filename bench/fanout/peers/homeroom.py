"""Homeroom, from the hub onward: its own transport, executor, schema and rights, on stores that are in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast

from broadcaster import BroadcastBackend, Event
from starlette.applications import Starlette

from bench.fanout.peers.serving import Publish, run
from datasources.events.backend import Observer
from datasources.events.hub import Hub
from datasources.records.changes import EventKind, Reaction, RoomEvent
from datasources.records.ids import ChannelId, SessionId, UserId, WorkspaceId, event_cursor, message_id
from datasources.records.messages import Message
from datasources.records.users import User
from datasources.records.workspaces import Channel, ChannelVisibility, MemberRole, Workspace, WorkspaceMember
from datasources.snowflakes import first_of, unix_ms
from datasources.stores import Stores
from graph.auth import Authenticator
from graph.context import Context, Services, new_context, shared_context
from graph.execution.executor import Executor
from graph.limits import Limits
from graph.schema import core_schema
from graph.transport.fanout import Fanout
from graph.transport.head import Head
from graph.transport.http import HTTPEndpoint
from graph.transport.operations import Operations
from graph.transport.routes import graphql_routes
from graph.transport.server import uvicorn_options
from graph.transport.websocket import WebSocketEndpoint
from resolvers.audiences import Audiences
from resolvers.live import Live
from resolvers.rights import Rights
from resolvers.viewer import Viewer
from resolvers.watch import Watch

WORKSPACE: Final = WorkspaceId("wsp_" + "0" * 32)
CHANNEL: Final = ChannelId("chn_" + "0" * 32)
NOW: Final = datetime(2026, 1, 31, 9, 30, 0, 123_000, tzinfo=UTC)
TEXT: Final = "The reading for Thursday is chapter four; we begin with your questions about how cells divide."
AUTHOR: Final = UserId("usr_" + "a" * 32)


class InProcess(BroadcastBackend):
    """Hands what is published to this process alone, at once."""

    def __init__(self) -> None:
        self.connected = True
        self.observer: Observer
        self._published: asyncio.Queue[Event] = asyncio.Queue()

    async def connect(self) -> None: ...

    async def disconnect(self) -> None: ...

    async def subscribe(self, channel: str) -> None:
        self.observer.topic_confirmed(channel)

    async def unsubscribe(self, channel: str) -> None: ...

    async def publish(self, channel: str, message: Any) -> None:
        self._published.put_nowait(Event(channel, message))

    async def next_published(self) -> Event:
        return await self._published.get()


class Everything:
    """The few look-ups that an event needs, answered from memory."""

    async def live(self, keys: Sequence[Any]) -> list[bool]:
        return [True] * len(keys)

    async def roles(self, keys: Sequence[tuple[WorkspaceId, UserId]]) -> list[WorkspaceMember]:
        return [WorkspaceMember(workspace, user, MemberRole.MEMBER, NOW) for workspace, user in keys]

    async def channel_roles(self, keys: Sequence[Any]) -> list[None]:
        return [None] * len(keys)

    async def log_start(self, _: str) -> int:
        return 0

    async def events(self, *_: Any) -> list[RoomEvent]:
        return []

    async def of_messages(self, _: type, ids: Sequence[str]) -> list[list[Reaction]]:
        return [[reaction(each, user) for user in (viewer_of(1), viewer_of(2))] for each in ids]


class Users:
    async def by_ids(self, ids: Sequence[UserId]) -> list[User]:
        return [
            User(
                each,
                "ada@example.org",
                "Ada Lovelace",
                "teacher",
                "https://example.org/ada.png",
                NOW,
                NOW,
                None,
                is_active=True,
            )
            for each in ids
        ]


class Channels:
    async def by_ids(self, ids: Sequence[ChannelId]) -> list[Channel]:
        return [Channel(each, WORKSPACE, "biology", None, ChannelVisibility.OPEN, AUTHOR, NOW, None) for each in ids]


class Workspaces:
    async def by_ids(self, ids: Sequence[WorkspaceId]) -> list[Workspace]:
        return [Workspace(each, "school", None, AUTHOR, NOW, None) for each in ids]


def reaction(message: str, user: UserId) -> Reaction:
    return Reaction(CHANNEL, cast("Any", message), 1, user, "👍", active=True, revision=1)


def viewer_of(number: int) -> UserId:
    return UserId(f"usr_{number:032x}")


async def viewer(token: str) -> Viewer:
    number = int(token.rpartition("-")[2])
    return Viewer(viewer_of(number), SessionId(f"ses_{number:032x}"))


class Publisher:
    def __init__(self, live: Live) -> None:
        self._live = live
        self._last = 0

    async def publish(self) -> None:
        snowflake = self._last = max(first_of(unix_ms()), self._last + 1)
        message = Message(message_id(CHANNEL, snowflake), CHANNEL, snowflake, AUTHOR, TEXT, snowflake, NOW)
        await self._live.publish(
            RoomEvent(CHANNEL, snowflake, EventKind.MESSAGE_SENT, NOW, message, event_cursor(CHANNEL, snowflake))
        )


@asynccontextmanager
async def start() -> AsyncIterator[tuple[Any, Publish]]:
    everything: Any = Everything()
    named: dict[str, Any] = dict.fromkeys(field.name for field in fields(Stores))
    named |= {"users": Users(), "channels": Channels(), "workspaces": Workspaces()}
    named |= {"sessions": everything, "memberships": everything, "rooms": everything}
    stores = Stores(**named)
    hub = Hub(cast("Any", InProcess()))
    live = Live(hub, stores.rooms)
    watch = Watch(Rights(stores))
    watch.reachable = True
    parts: dict[str, Any] = dict.fromkeys(field.name for field in fields(Services))
    audiences = Audiences(live, watch)
    services = Services(**parts | {"stores": stores, "audiences": audiences})

    def context(viewer: Viewer | None, head: Head) -> Context:
        return new_context(services, viewer, head.address, head.get(b"user-agent"))

    limits = Limits()
    schema = core_schema()
    fanout = Fanout(schema, partial(shared_context, services))
    operations = Operations(Executor(schema, limits), Authenticator(viewer, []), context, limits, fanout)
    websocket = WebSocketEndpoint(operations)
    app = Starlette(routes=graphql_routes("/graphql", HTTPEndpoint(operations, secure_cookies=False), websocket, []))
    await hub.start()
    await watch.start()
    try:
        yield app, Publisher(live).publish
    finally:
        await audiences.stop()
        await live.stop()
        await watch.stop()
        await hub.stop()


if __name__ == "__main__":
    run(start, **uvicorn_options(Limits()))

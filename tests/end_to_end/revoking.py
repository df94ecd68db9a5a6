"""A private channel with somebody who listens, and the ways to take that right away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from websockets.exceptions import ConnectionClosed

from tests.client import PASSWORD, Client, Socket
from tests.server import Server

PATIENCE_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Scene:
    """A private channel of an owner with one other member, who listens on the other process."""

    owner: Client
    member: Client
    workspace: str
    channel: str

    async def cursor(self) -> str:
        page = await self.member.data("channel_page", id=self.channel)
        cursor: str = page["channel"]["eventCursor"]
        return cursor

    async def listening(self, *sockets: Socket) -> None:
        """Returns when a message has been heard on these sockets."""
        cursor = await self.cursor()
        for socket in sockets:
            await socket.subscribe("channel_events", channelId=self.channel, after=cursor)
        await self.owner.send(self.channel, "before")
        for socket in sockets:
            assert (await socket.result())["channelEvents"]["message"]["content"] == "before"


@asynccontextmanager
async def on(server: Server, person: Client) -> AsyncIterator[Client]:
    """The same person, with the same session, speaking to this process."""
    async with Client(server.url) as elsewhere:
        elsewhere.token, elsewhere.user_id, elsewhere.email = person.token, person.user_id, person.email
        yield elsewhere


async def private(owner: Client, member: Client, workspace: str) -> Scene:
    channel = await owner.channel(workspace, visibility="PRIVATE")
    await owner.done("add_channel_member", channelId=channel, userId=member.user_id)
    return Scene(owner, member, workspace, channel)


async def out_of_the_workspace(scene: Scene) -> None:
    await scene.owner.done("remove_member", workspaceId=scene.workspace, userId=scene.member.user_id)


async def out_of_the_channel(scene: Scene) -> None:
    await scene.owner.done("remove_channel_member", channelId=scene.channel, userId=scene.member.user_id)


async def out_by_oneself(scene: Scene) -> None:
    await scene.member.done("remove_channel_member", channelId=scene.channel, userId=scene.member.user_id)


async def archived_channel(scene: Scene) -> None:
    await scene.owner.done("archive_channel", channelId=scene.channel, archived=True)


async def archived_workspace(scene: Scene) -> None:
    await scene.owner.done("archive_workspace", workspaceId=scene.workspace, archived=True)


async def signed_out(scene: Scene) -> None:
    async with Client(scene.owner.url) as elsewhere:
        await elsewhere.done("sign_in", email=scene.member.email, password=PASSWORD)
        elsewhere.token = scene.member.token
        await elsewhere.data("mutation { signOutEverywhere { ended } }")


Revoke = Callable[[Scene], Awaitable[None]]


def code_of(payload: Any) -> str:
    code: str = payload[0]["extensions"]["code"]
    return code


async def closed(socket: Socket) -> tuple[list[dict[str, Any]], int | None]:
    """What was heard before the socket was closed, and the code of that."""
    heard: list[dict[str, Any]] = []
    try:
        while True:
            heard.append(await soon(socket))
    except ConnectionClosed as end:
        return heard, None if end.rcvd is None else end.rcvd.code


async def soon(socket: Socket) -> dict[str, Any]:
    """The next message; what never comes is a failure, not a wait."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await socket.heard()

"""Who loses the right to listen hears nothing more: on every process, over websocket and server-sent events."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed

from tests.client import PASSWORD, Client, Socket
from tests.server import Server

ROUNDS: Final = 50
SIGN_OUTS: Final = 20
GROUPS: Final = 10
AT_ONCE: Final = 5
SECONDS_TO_END: Final = 1.0
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


@pytest.fixture
async def people(server: Server, other_server: Server) -> AsyncIterator[tuple[Client, Client]]:
    async with Client(server.url) as owner, Client(other_server.url) as member:
        await asyncio.gather(owner.sign_up(), member.sign_up())
        yield owner, member


@pytest.fixture
async def scene(people: tuple[Client, Client]) -> Scene:
    owner, member = people
    workspace = await owner.workspace()
    await owner.invite(workspace, member)
    return await private(owner, member, workspace)


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
WAYS: Final[list[tuple[Revoke, str]]] = [
    (out_of_the_workspace, "FORBIDDEN"),
    (out_of_the_channel, "FORBIDDEN"),
    (out_by_oneself, "FORBIDDEN"),
    (archived_channel, "CLOSED"),
    (archived_workspace, "CLOSED"),
]


def code_of(payload: Any) -> str:
    code: str = payload[0]["extensions"]["code"]
    return code


@pytest.mark.parametrize(("revoke", "code"), WAYS, ids=lambda each: getattr(each, "__name__", each))
async def test_idle_streams_end_within_a_second_and_the_socket_stays(
    scene: Scene, server: Server, revoke: Revoke, code: str
) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(on(server, scene.member))
        sockets = [await stack.enter_async_context(each.socket()) for each in (scene.member, here)]
        await scene.listening(*sockets)
        events = await stack.enter_async_context(
            scene.member.stream("channel_events", channelId=scene.channel, after=await scene.cursor())
        )

        await revoke(scene)
        acknowledged = time.monotonic()
        ends = [await soon(socket) for socket in sockets]
        last = [event async for event in events][-1]
        seconds = time.monotonic() - acknowledged

        assert [(end["type"], code_of(end["payload"])) for end in ends] == [("error", code)] * 2
        assert code_of(last["errors"]) == code
        assert seconds < SECONDS_TO_END
        for socket in sockets:
            await socket.tell(type="ping")
            assert (await socket.heard())["type"] == "pong"


async def test_the_simple_form_ends_as_well(scene: Scene) -> None:
    async with scene.member.socket() as socket:
        await socket.subscribe("message_added", channelId=scene.channel)
        heard = asyncio.create_task(socket.result())
        while not heard.done():
            await scene.owner.send(scene.channel, "again and again: it has no cursor to begin from")
        await heard

        await out_of_the_channel(scene)
        while (message := await socket.heard())["type"] == "next":
            pass

    assert code_of(message["payload"]) == "FORBIDDEN"


async def test_signing_out_everywhere_ends_sockets_and_event_streams_on_every_process(
    scene: Scene, server: Server
) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(on(server, scene.member))
        sockets = [await stack.enter_async_context(each.socket()) for each in (scene.member, here)]
        await scene.listening(*sockets)
        idle = await stack.enter_async_context(scene.member.socket())
        streams = [
            await stack.enter_async_context(
                each.stream("channel_events", channelId=scene.channel, after=await scene.cursor())
            )
            for each in (scene.member, here)
        ]

        await signed_out(scene)
        acknowledged = time.monotonic()
        ends = [await closed(socket) for socket in (*sockets, idle)]
        lasts = [[event async for event in events][-1] for events in streams]
        seconds = time.monotonic() - acknowledged

        assert ends == [([], 4401)] * 3
        assert [code_of(last["errors"]) for last in lasts] == ["UNAUTHENTICATED"] * 2
        assert seconds < SECONDS_TO_END


async def closed(socket: Socket) -> tuple[list[dict[str, Any]], int | None]:
    """What was heard before the socket was closed, and the code of that."""
    heard: list[dict[str, Any]] = []
    try:
        while True:
            heard.append(await soon(socket))
    except ConnectionClosed as end:
        return heard, None if end.rcvd is None else end.rcvd.code


async def test_what_is_sent_after_the_acknowledgement_never_arrives(people: tuple[Client, Client]) -> None:
    owner, member = people
    workspace = await owner.workspace()
    await owner.invite(workspace, member)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> list[str]:
        async with turns:
            scene = await private(owner, member, workspace)
            async with member.socket() as socket:
                await scene.listening(socket)
                await (out_of_the_channel if number % 2 else archived_then_opened)(scene)
                await owner.send(scene.channel, "after")
                return await contents(socket)

    heard = await asyncio.gather(*(one(number) for number in range(ROUNDS)))

    assert heard == [["FORBIDDEN" if number % 2 else "CLOSED"] for number in range(ROUNDS)]


async def archived_then_opened(scene: Scene) -> None:
    """Nothing can be sent to an archived channel, so it is opened again; who listened before was sent away."""
    await archived_channel(scene)
    await scene.owner.done("archive_channel", channelId=scene.channel, archived=False)


async def soon(socket: Socket) -> dict[str, Any]:
    """The next message; what never comes is a failure, not a wait."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await socket.heard()


async def contents(socket: Socket) -> list[str]:
    """What a subscription hears until its end, and the code of that."""
    heard: list[str] = []
    while (message := await soon(socket))["type"] == "next":
        heard.append(message["payload"]["data"]["channelEvents"]["message"]["content"])
    return [*heard, code_of(message["payload"])]


async def test_nothing_arrives_after_signing_out_everywhere(people: tuple[Client, Client]) -> None:
    owner, member = people
    workspace = await owner.workspace()
    await owner.invite(workspace, member)
    for _ in range(SIGN_OUTS):
        member.token = None
        member.token = (await member.done("sign_in", email=member.email, password=PASSWORD))["token"]
        scene = await private(owner, member, workspace)
        async with member.socket() as socket:
            await scene.listening(socket)

            await signed_out(scene)
            await owner.send(scene.channel, "after")

            assert await closed(socket) == ([], 4401)


@pytest.mark.parametrize("archive", [archived_channel, archived_workspace])
async def test_nobody_begins_to_listen_to_what_is_archived(scene: Scene, archive: Revoke) -> None:
    await archive(scene)
    async with scene.member.socket() as socket:
        await socket.subscribe("channel_events", channelId=scene.channel)
        await socket.subscribe("message_added", channelId=scene.channel)

        refused = [await socket.heard() for _ in range(2)]

    assert [(each["type"], code_of(each["payload"])) for each in refused] == [("error", "CLOSED")] * 2


async def test_others_go_on_listening(scene: Scene) -> None:
    async with scene.owner.socket() as socket:
        await scene.listening(socket)
        await out_of_the_channel(scene)

        await scene.owner.send(scene.channel, "among ourselves")

        assert (await socket.result())["channelEvents"]["message"]["content"] == "among ourselves"


async def test_whoever_is_taken_out_of_a_group_hears_nothing_that_is_sent_after(people: tuple[Client, Client]) -> None:
    owner, member = people
    await owner.invite(await owner.workspace(), member)
    for _ in range(GROUPS):
        made = await owner.done("create_group", name="Three of us", userIds=[member.user_id])
        group = made["conversation"]["id"]
        async with member.socket() as socket, owner.socket() as other:
            found = await owner.data("query ($id: ID!) { conversation(id: $id) { eventCursor } }", id=group)
            for each in (socket, other):
                cursor = found["conversation"]["eventCursor"]
                await each.subscribe("conversation_events", conversation=group, after=cursor)
            await owner.send(group, "before")
            assert [await said(each) for each in (socket, other)] == ["before", "before"]

            await owner.done("remove_participant", conversationId=group, userId=member.user_id)
            await owner.send(group, "after")

            assert await said(socket) == "FORBIDDEN"
            assert await said(other) == "after"


async def said(socket: Socket) -> str:
    """What the next message says, or the code that the stream ended with."""
    while True:
        heard = await soon(socket)
        if heard["type"] == "error":
            return code_of(heard["payload"])
        event = heard["payload"]["data"]["conversationEvents"]
        if event["__typename"] == "MessageSent":
            content: str = event["message"]["content"]
            return content

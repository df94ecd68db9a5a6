"""Who loses the right to listen hears nothing more: on every process, over websocket and server-sent events."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Final

import pytest

from tests.end_to_end.revoking import (
    Revoke,
    Scene,
    archived_channel,
    archived_workspace,
    closed,
    code_of,
    on,
    out_by_oneself,
    out_of_the_channel,
    out_of_the_workspace,
    signed_out,
    soon,
)
from tests.server import Server

SECONDS_TO_END: Final = 1.0

WAYS: Final[list[tuple[Revoke, str]]] = [
    (out_of_the_workspace, "FORBIDDEN"),
    (out_of_the_channel, "FORBIDDEN"),
    (out_by_oneself, "FORBIDDEN"),
    (archived_channel, "CLOSED"),
    (archived_workspace, "CLOSED"),
]


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

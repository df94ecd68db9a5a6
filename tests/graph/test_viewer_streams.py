"""The streams of one person: how many they may have open, and that each is told what the others are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.client import Client, Socket
from tests.conftest import Newcomers

SECONDS = 20
STREAMS = 20


@asynccontextmanager
async def hearing(person: Client, after: str) -> AsyncIterator[Socket]:
    async with person.socket() as socket:
        await socket.subscribe("viewer_events", after=after)
        yield socket


async def something_to_hear(person: Client) -> str:
    """A cursor after which there is something, so that whatever resumes there is heard to have begun."""
    cursor: str = (await person.data("{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    await person.done("create_workspace", name="A sign")
    return cursor


async def told(person: Client, socket: Socket, operations: set[str]) -> None:
    """Returns once each of these has told of the same new workspace; none of them may end."""
    made = (await person.done("create_workspace", name="A sign"))["workspace"]["id"]
    silent = set(operations)
    async with asyncio.timeout(SECONDS):
        while silent:
            message = await socket.heard()
            assert message["type"] == "next", message
            if message["payload"]["data"]["viewerEvents"].get("placeId") == made:
                silent.discard(message["id"])


async def refusal(socket: Socket) -> dict[str, Any] | None:
    """Of this one stream; None where it has begun."""
    async with asyncio.timeout(SECONDS):
        first = await socket.heard()
    error: dict[str, Any] | None = first["payload"][0] if first["type"] == "error" else None
    return error


async def begins_in_the_end(person: Client, after: str, streams: AsyncExitStack) -> None:
    """Begins one that stays open. Nothing tells when another is over, which is a moment after its client ended it."""
    async with asyncio.timeout(SECONDS):
        while await refusal(await streams.enter_async_context(hearing(person, after))) is not None:
            pass


async def test_of_one_persons_streams_one_too_many_is_refused_and_the_others_go_on(newcomers: Newcomers) -> None:
    one, two = await newcomers(2)
    after = await something_to_hear(one)
    async with one.socket() as socket:
        operations = {await socket.subscribe("viewer_events", after=after) for _ in range(STREAMS)}
        await told(one, socket, operations)
        one_more = await socket.subscribe("viewer_events", after=after)
        async with asyncio.timeout(SECONDS):
            while (refused := await socket.heard())["id"] != one_more:
                pass
        await told(one, socket, operations)
        async with hearing(one, after) as elsewhere:
            refused_elsewhere = await refusal(elsewhere)
        async with hearing(two, await something_to_hear(two)) as of_another:
            refused_to_another = await refusal(of_another)

    assert refused["type"] == "error"
    assert refused["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS", "limit": STREAMS}
    assert str(STREAMS) in refused["payload"][0]["message"]
    assert refused_elsewhere is not None
    assert refused_elsewhere["extensions"]["code"] == "TOO_MANY_OPERATIONS"
    assert refused_to_another is None


async def test_a_stream_that_ends_makes_room_for_another_however_it_ends(newcomers: Newcomers) -> None:
    [one] = await newcomers(1)
    after = await something_to_hear(one)
    async with one.socket() as socket, AsyncExitStack() as streams:
        operations = {await socket.subscribe("viewer_events", after=after) for _ in range(STREAMS)}
        await told(one, socket, operations)
        await socket.tell(id=operations.pop(), type="complete")
        await begins_in_the_end(one, after, streams)
        await told(one, socket, operations)
    async with AsyncExitStack() as streams:
        for _ in range(STREAMS):
            await begins_in_the_end(one, after, streams)
        async with hearing(one, after) as one_more:
            assert await refusal(one_more) is not None


async def counted(socket: Socket, operations: set[str], room_id: str, unread: int) -> None:
    """Returns once each of these has told of this count."""
    silent = set(operations)
    async with asyncio.timeout(SECONDS):
        while silent:
            message = await socket.heard()
            if message["type"] == "next":
                event = message["payload"]["data"]["viewerEvents"]
                if (event.get("roomId"), event.get("unreadCount")) == (room_id, unread):
                    silent.discard(message["id"])


async def test_each_stream_is_told_of_counts_whichever_began_first_and_whichever_ends(newcomers: Newcomers) -> None:
    one, two = await newcomers(2)
    workspace = await one.workspace()
    await one.invite(workspace, two)
    channel = await one.channel(workspace)
    after = await something_to_hear(two)
    await one.send(channel, "one")
    async with two.socket() as socket:
        first = await socket.subscribe("viewer_events", after=after)
        await counted(socket, {first}, channel, 1)
        second = await socket.subscribe("viewer_events", after=after)
        await counted(socket, {second}, channel, 1)
        await one.send(channel, "two")
        await counted(socket, {first, second}, channel, 2)
        await socket.tell(id=first, type="complete")
        await one.send(channel, "three")
        await counted(socket, {second}, channel, 3)
        third = await socket.subscribe("viewer_events", after=after)
        await counted(socket, {third}, channel, 3)

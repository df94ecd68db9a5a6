"""What is sent after a right was taken away never arrives, however often it is tried."""

import asyncio
from typing import Final

from tests.client import PASSWORD, Client, Socket
from tests.end_to_end.revoking import (
    Scene,
    archived_channel,
    closed,
    code_of,
    out_of_the_channel,
    private,
    signed_out,
    soon,
)

ROUNDS: Final = 50

SIGN_OUTS: Final = 20

GROUPS: Final = 10

AT_ONCE: Final = 5


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

"""From a mutation to a listener: over websocket and SSE, within a process and across two."""

import asyncio
import contextlib
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.client import Client, Socket
from tests.server import Server


@pytest.fixture
async def channel(client: Client) -> str:
    return await client.channel(await client.workspace())


async def listening(client: Client, socket: Socket, channel: str) -> str:
    """Subscribes so that nothing sent from now on is missed: from the cursor that comes with the channel."""
    cursor = (await client.data("channel_page", id=channel))["channel"]["eventCursor"]
    return await socket.subscribe("channel_events", channelId=channel, after=cursor)


async def test_a_message_reaches_a_listener_of_the_other_process(
    client: Client, channel: str, other_server: Server
) -> None:
    async with Client(other_server.url) as elsewhere:
        elsewhere.token = client.token
        async with elsewhere.socket() as socket:
            await listening(client, socket, channel)

            sent = await client.send(channel, "hello over there")
            event = (await socket.result())["channelEvents"]

            assert event["__typename"] == "MessageSent"
            assert event["message"]["id"] == sent["id"]
            assert event["message"]["author"]["name"] == "Ada Quill"


async def test_what_happens_to_a_message_comes_in_order(client: Client, channel: str) -> None:
    async with client.socket() as socket:
        await listening(client, socket, channel)
        sent = await client.send(channel, "draft")
        await client.done("edit_message", messageId=sent["id"], content="final")
        await client.done("delete_message", messageId=sent["id"])

        events = [(await socket.result())["channelEvents"] for _ in range(3)]

    assert [event["__typename"] for event in events] == ["MessageSent", "MessageEdited", "MessageDeleted"]
    assert [event["cursor"] for event in events] == sorted({event["cursor"] for event in events})
    assert events[1]["message"]["content"] == "final"
    assert events[2]["messageId"] == sent["id"]


async def test_a_stream_resumes_after_its_cursor_with_nothing_missing(client: Client, channel: str) -> None:
    async with client.socket() as socket:
        await listening(client, socket, channel)
        await client.send(channel, "heard")
        last = (await socket.result())["channelEvents"]["cursor"]
    missed = [(await client.send(channel, f"missed {number}"))["id"] for number in range(5)]

    async with client.socket() as socket:
        await socket.subscribe("channel_events", channelId=channel, after=last)
        live = asyncio.create_task(client.send(channel, "live again"))
        wanted = {*missed, (await live)["id"]}
        heard: list[str] = []
        while not wanted <= set(heard):
            heard.append((await socket.result())["channelEvents"]["message"]["id"])

    assert [message for message in heard if message in wanted] == sorted(wanted, key=_snowflake)
    assert len(heard) == len(set(heard))


async def test_what_is_durable_is_heard_though_its_sender_went_away(client: Client, channel: str) -> None:
    mutation = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }"
    async with client.socket() as ear, client.socket() as mouth:
        await listening(client, ear, channel)
        for number in range(40):
            operation = await mouth.subscribe(mutation, input={"roomId": channel, "content": f"cut {number}"})
            await asyncio.sleep(number % 8 / 1_000)  # another moment of the send each time
            await mouth.tell(id=operation, type="complete")
        last = await client.send(channel, "the last")
        heard: list[str] = []
        while last["id"] not in heard:
            heard.append((await ear.result())["channelEvents"]["message"]["id"])
        page = (await client.data("channel_page", id=channel, last=100))["channel"]["messages"]["edges"]
        while len(heard) < len(page):
            heard.append((await ear.result())["channelEvents"]["message"]["id"])

    assert sorted(heard) == sorted(edge["node"]["id"] for edge in page)


async def test_a_listener_by_server_sent_events_hears_the_same(client: Client, channel: str) -> None:
    cursor = (await client.data("channel_page", id=channel))["channel"]["eventCursor"]
    async with client.stream("channel_events", channelId=channel, after=cursor) as events:
        sent = await client.send(channel, "by SSE")

        event = (await anext(events))["data"]["channelEvents"]

    assert event["message"]["id"] == sent["id"]


async def test_message_added_gives_the_messages_sent_while_it_listens(client: Client, channel: str) -> None:
    async with client.socket() as socket:
        await socket.subscribe("message_added", channelId=channel)
        heard = asyncio.create_task(socket.result())
        sent: list[str] = []
        # The simple form has no cursor to begin from: the first message that comes is one that was sent meanwhile.
        while not heard.done():
            sent.append((await client.send(channel, f"number {len(sent)}"))["id"])
        message = (await heard)["messageAdded"]

    assert message["id"] in sent
    assert message["author"]["name"] == "Ada Quill"


async def test_nobody_listens_to_what_they_may_not_read(channel: str, server: Server) -> None:
    async with Client(server.url) as outsider:
        await outsider.sign_up()
        async with outsider.socket() as socket:
            await socket.subscribe("channel_events", channelId=channel)
            await socket.subscribe("channel_events", channelId="chn_" + "0" * 32)

            hidden, absent = [await socket.heard() for _ in range(2)]

    assert hidden["type"] == absent["type"] == "error"
    assert [error["message"] for error in hidden["payload"]] == [error["message"] for error in absent["payload"]]
    assert hidden["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("after", ["nonsense", "evt_" + "0" * 32 + "_1"])
async def test_a_foreign_cursor_is_bad_input(client: Client, channel: str, after: str) -> None:
    async with client.socket() as socket:
        await socket.subscribe("channel_events", channelId=channel, after=after)
        refused = await socket.heard()

    assert refused["type"] == "error"
    assert refused["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_removed_member_hears_nothing_more(client: Client, channel: str, server: Server) -> None:
    async with Client(server.url) as member:
        await member.sign_up()
        workspace = await client.data("query ($id: ID!) { channel(id: $id) { workspace { id } } }", id=channel)
        workspace_id = workspace["channel"]["workspace"]["id"]
        await client.invite(workspace_id, member)
        async with member.socket() as socket:
            await listening(member, socket, channel)
            await client.send(channel, "while a member")
            await socket.result()
            await client.done("remove_member", workspaceId=workspace_id, userId=member.user_id)

            ended: dict[str, Any] = {}
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    while ended.get("type") != "error":
                        await client.send(channel, "after the removal")
                        ended = await socket.heard()

    assert ended.get("type") == "error"
    assert ended["payload"][0]["extensions"]["code"] == "FORBIDDEN"


def _snowflake(message_id: str) -> int:
    return int(message_id.rpartition("_")[2])


async def test_the_end_of_a_session_closes_its_sockets_on_every_process(client: Client, other_server: Server) -> None:
    async with Client(other_server.url) as elsewhere:
        elsewhere.token = client.token
        async with elsewhere.socket() as socket, client.socket() as here:
            await client.data("mutation { signOutEverywhere { ended } }")

            for each in (socket, here):
                with pytest.raises(ConnectionClosed) as closed:
                    await each.heard()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4401

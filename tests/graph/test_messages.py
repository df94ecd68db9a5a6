"""Channel messages over HTTP: sending, paging, editing, deleting, and bad input."""

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.server import Server


async def contents(client: Client, channel: str, **arguments: Any) -> list[str]:
    page = (await client.data("channel_page", id=channel, **arguments))["channel"]["messages"]
    return [edge["node"]["content"] for edge in page["edges"]]


@pytest.fixture
async def channel(client: Client) -> str:
    return await client.channel(await client.workspace())


async def test_a_message_is_read_as_it_was_sent(client: Client, channel: str) -> None:
    content = "Ünïcode, “quotes”, 👩‍🏫 and\na second line\twith a tab"

    sent = await client.send(channel, f"  {content}\r\n")
    page = (await client.data("channel_page", id=channel))["channel"]["messages"]

    assert sent["content"] == content
    assert sent["author"]["id"] == client.user_id
    assert sent["channel"]["id"] == channel
    assert page["complete"] is True
    assert [edge["node"]["id"] for edge in page["edges"]] == [sent["id"]]


@pytest.mark.parametrize("content", ["🩷", "🫨🫩", "a\u2028b", "👩‍🏫"])
async def test_content_of_any_script_is_sent(client: Client, channel: str, content: str) -> None:
    assert (await client.send(channel, content))["content"] == content


@pytest.mark.parametrize(
    "content", ["\u200b", "\u3164", "\ufdd0", "", "   \n ", "x" * 4_001, "bell\a", "turned \u202e round", "null \0"]
)
async def test_content_that_will_not_do_is_refused_with_its_path(client: Client, channel: str, content: str) -> None:
    payload = await client.payload("send_message", roomId=channel, content=content)

    assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [("INVALID", ["content"])]
    assert payload["message"] is None
    assert await contents(client, channel) == []


async def test_the_longest_message_fits(client: Client, channel: str) -> None:
    await client.send(channel, "x" * 4_000)

    assert await contents(client, channel) == ["x" * 4_000]


@pytest.mark.parametrize(
    "bad", ["", "chn_", "chn_xyz", "msg_1_2", "usr_00000000000000000000000000000000", "chn_" + "0" * 31 + "\u0660"]
)
async def test_a_malformed_id_is_bad_input(client: Client, bad: str) -> None:
    answer = await client.answer("query ($id: ID!) { channel(id: $id) { id } }", id=bad)

    assert answer["data"] == {"channel": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_pages_go_both_ways_through_a_channel(client: Client, channel: str) -> None:
    sent = [(await client.send(channel, f"message {number}"))["content"] for number in range(12)]

    async def page(**arguments: Any) -> tuple[list[str], dict[str, Any]]:
        found = (await client.data("channel_page", id=channel, **arguments))["channel"]["messages"]
        return [edge["node"]["content"] for edge in found["edges"]], found["pageInfo"]

    newest, info = await page(last=5)
    older, older_info = await page(last=5, before=info["startCursor"])
    newer, newer_info = await page(first=5, after=older_info["endCursor"])
    oldest, oldest_info = await page(first=2)

    assert (newest, older, newer, oldest) == (sent[7:], sent[2:7], sent[7:], sent[:2])
    assert (info["hasPreviousPage"], info["hasNextPage"]) == (True, False)
    assert (older_info["hasPreviousPage"], older_info["hasNextPage"]) == (True, True)
    assert (newer_info["hasPreviousPage"], newer_info["hasNextPage"]) == (True, False)
    assert (oldest_info["hasPreviousPage"], oldest_info["hasNextPage"]) == (False, True)


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 1, "last": 1},
        {"first": 101},
        {"first": -1},
        {"after": "nonsense"},
        {"before": "msg_" + "0" * 32 + "_1"},
    ],
)
async def test_page_arguments_that_will_not_do_are_bad_input(
    client: Client, channel: str, arguments: dict[str, Any]
) -> None:
    answer = await client.answer("channel_page", id=channel, **arguments)

    assert answer["data"]["channel"]["messages"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_an_edit_keeps_place_and_author_and_raises_the_revision(client: Client, channel: str) -> None:
    sent = await client.send(channel, "frist")
    await client.send(channel, "second")

    edited = (await client.done("edit_message", messageId=sent["id"], content="first", revision=sent["revision"]))[
        "message"
    ]
    stale = await client.payload("edit_message", messageId=sent["id"], content="late", revision=sent["revision"])

    assert int(edited["revision"]) > int(sent["revision"])
    assert edited["editedAt"]
    assert await contents(client, channel) == ["first", "second"]
    assert [(error["code"], error["path"]) for error in stale["userErrors"]] == [("CONFLICT", ["revision"])]


async def test_only_the_author_edits_and_a_moderator_may_delete(client: Client, channel: str, server: Server) -> None:
    async with Client(server.url) as member:
        await member.sign_up()
        workspace = (await client.data("query ($id: ID!) { channel(id: $id) { workspace { id } } }", id=channel))[
            "channel"
        ]["workspace"]["id"]
        await client.invite(workspace, member)
        of_owner = await client.send(channel, "the owner's")
        of_member = await member.send(channel, "the member's")

        edit = await client.payload("edit_message", messageId=of_member["id"], content="changed")
        delete = await member.payload("delete_message", messageId=of_owner["id"])
        await client.done("delete_message", messageId=of_member["id"])

        assert [error["code"] for error in edit["userErrors"]] == ["FORBIDDEN"]
        assert [error["code"] for error in delete["userErrors"]] == ["FORBIDDEN"]
        assert await contents(member, channel) == ["the owner's"]


async def test_a_deleted_message_is_gone_for_good(client: Client, channel: str) -> None:
    sent = await client.send(channel, "regret")
    await client.done("delete_message", messageId=sent["id"])

    edit = await client.payload("edit_message", messageId=sent["id"], content="back")
    again = await client.payload("delete_message", messageId=sent["id"])
    node = await client.data("query ($id: ID!) { node(id: $id) { id } }", id=sent["id"])

    assert [error["code"] for error in edit["userErrors"]] == ["NOT_FOUND"]
    assert [error["code"] for error in again["userErrors"]] == ["NOT_FOUND"]
    assert node == {"node": None}
    assert await contents(client, channel) == []


async def test_the_same_key_sends_one_message_through_either_process(
    client: Client, channel: str, other_server: Server
) -> None:
    async with Client(other_server.url) as elsewhere:
        elsewhere.token = client.token
        attempts = [
            person.send(channel, "only once", idempotencyKey="k-1") for person in (client, elsewhere) for _ in range(5)
        ]

        sent = await asyncio.gather(*attempts)
        other = await elsewhere.payload("send_message", roomId=channel, content="else", idempotencyKey="k-1")

        assert len({message["id"] for message in sent}) == 1
        assert [(error["code"], error["path"]) for error in other["userErrors"]] == [("CONFLICT", ["idempotencyKey"])]
        assert await contents(client, channel) == ["only once"]


async def test_one_failure_leaves_its_neighbours_answers(client: Client, channel: str) -> None:
    answer = await client.answer(
        """mutation ($channel: ID!) {
          a: sendMessage(input: {roomId: $channel, content: "a"}) { message { content } userErrors { code } }
          b: sendMessage(input: {roomId: "nonsense", content: "b"}) { message { content } userErrors { code } }
          c: sendMessage(input: {roomId: $channel, content: "c"}) { message { content } userErrors { code } }
        }""",
        channel=channel,
    )

    assert answer["data"]["a"]["message"] == {"content": "a"}
    assert answer["data"]["b"] is None
    assert answer["data"]["c"]["message"] == {"content": "c"}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["b"], "BAD_USER_INPUT")]
    assert await contents(client, channel) == ["a", "c"]

"""What a message can be: its type and attachments, what it answers, whom it mentions, and the key it is sent with."""

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Newcomers

PICTURE = {
    "url": "https://files.example.org/a%20b.png?x=1",
    "name": "a b.png",
    "mediaType": "image/png",
    "size": "1024",
}

START = """mutation ($input: StartConversationInput!) {
  startConversation(input: $input) { conversation { id } userErrors { code } }
}"""


def refusals(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"] or ())) for error in payload["userErrors"]]


async def refused(person: Client, room: str, **inputs: Any) -> list[tuple[str, str]]:
    payload = await person.payload("send_message", roomId=room, **inputs)
    assert payload["message"] is None
    return refusals(payload)


async def count(person: Client, room: str) -> int:
    document = "query ($id: ID!) { node(id: $id) { ... on Room { messages { edges { cursor } } } } }"
    return len((await person.data(document, id=room))["node"]["messages"]["edges"])


@pytest.fixture
async def channel(client: Client) -> str:
    return await client.channel(await client.workspace())


async def test_a_message_reads_back_with_all_that_it_was_sent_with(client: Client, newcomers: Newcomers) -> None:
    (other,) = await newcomers(1)
    workspace = await client.workspace()
    await client.invite(workspace, other)
    channel = await client.channel(workspace)
    first = await other.send(channel, "who was it?")

    sent = await client.send(
        channel,
        "look",
        type="IMAGE",
        attachments=[PICTURE],
        replyToId=first["id"],
        mentionedUserIds=[other.user_id, client.user_id],
    )

    found = (await other.data("message", id=sent["id"]))["node"]
    assert (found["type"], found["content"], found["attachments"]) == ("IMAGE", "look", [PICTURE])
    assert found["replyTo"] == {"id": first["id"], "content": "who was it?"}
    assert found["mentions"] == [{"id": other.user_id}, {"id": client.user_id}]
    assert (found["channel"], found["conversation"]) == ({"id": channel}, None)
    assert (found["reactions"], found["isPinned"], found["grading"]) == ([], False, None)
    await other.done("delete_message", messageId=first["id"])
    assert (await other.data("message", id=sent["id"]))["node"]["replyTo"] is None


async def test_attachments_may_stand_alone(client: Client, channel: str) -> None:
    sent = await client.send(channel, "", attachments=[PICTURE] * 10)
    await client.done("edit_message", messageId=sent["id"], content="with a caption")
    edited = await client.done("edit_message", messageId=sent["id"], content="")

    assert edited["message"]["content"] == ""
    assert len((await client.data("message", id=sent["id"]))["node"]["attachments"]) == 10


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "JavaScript:alert(1)"}, "url"),
        ({"url": "data:text/html,x"}, "url"),
        ({"url": "java\tscript:alert(1)"}, "url"),
        ({"url": "//example.org/x"}, "url"),
        ({"url": "https://ada:secret@example.org/x"}, "url"),
        ({"url": "https://example.org/" + "x" * 2_029}, "url"),
        ({"name": "../passwd"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"mediaType": "png"}, "mediaType"),
        ({"size": "-1"}, "size"),
        ({"size": str(100 * 1024 * 1024 + 1)}, "size"),
    ],
)
async def test_an_attachment_that_will_not_do_is_refused_with_its_path(
    client: Client, channel: str, change: dict[str, str], path: str
) -> None:
    attachments = [PICTURE, PICTURE | change]

    assert await refused(client, channel, content="x", attachments=attachments) == [
        ("INVALID", f"attachments.1.{path}")
    ]
    assert await count(client, channel) == 0


async def test_a_type_needs_an_attachment_of_its_kind(client: Client, channel: str) -> None:
    for kind in ("IMAGE", "AUDIO", "VIDEO", "FILE"):
        assert await refused(client, channel, content="x", type=kind) == [("INVALID", "type")]
    assert await refused(client, channel, type="AUDIO", attachments=[PICTURE]) == [("INVALID", "type")]
    assert await refused(client, channel, attachments=[PICTURE] * 11) == [("INVALID", "attachments")]
    await client.send(channel, "", type="FILE", attachments=[PICTURE])
    assert await count(client, channel) == 1


async def test_a_reply_stays_in_its_room(client: Client, channel: str) -> None:
    elsewhere = await client.send(await client.channel(await client.workspace()), "elsewhere")
    here = await client.send(channel, "here")
    await client.done("delete_message", messageId=here["id"])
    never = here["id"].rpartition("_")[0] + "_1"

    assert await refused(client, channel, content="x", replyToId=elsewhere["id"]) == [("INVALID", "replyToId")]
    assert await refused(client, channel, content="x", replyToId=here["id"]) == [("NOT_FOUND", "replyToId")]
    assert await refused(client, channel, content="x", replyToId=never) == [("NOT_FOUND", "replyToId")]
    answer = await client.answer("send_message", input={"roomId": channel, "content": "x", "replyToId": channel})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert await count(client, channel) == 0


async def test_only_who_may_read_it_can_be_mentioned(client: Client, newcomers: Newcomers) -> None:
    member, guest, outsider = await newcomers(3)
    workspace = await client.workspace()
    await client.invite(workspace, member, guest)
    private = await client.channel(workspace, visibility="PRIVATE")
    await client.done("add_channel_member", channelId=private, userId=guest.user_id)
    open_channel = await client.channel(workspace)
    people = [guest.user_id, member.user_id, outsider.user_id]

    in_private = await refused(client, private, content="x", mentionedUserIds=people)
    in_open = await refused(client, open_channel, content="x", mentionedUserIds=people)
    twice = await refused(client, open_channel, content="x", mentionedUserIds=[guest.user_id] * 2)
    many = [f"usr_{number:032x}" for number in range(21)]

    assert in_private == [("NOT_FOUND", "mentionedUserIds.1"), ("NOT_FOUND", "mentionedUserIds.2")]
    assert in_open == [("NOT_FOUND", "mentionedUserIds.2")]
    assert twice == [("INVALID", "mentionedUserIds")]
    assert await refused(client, open_channel, content="x", mentionedUserIds=many) == [("INVALID", "mentionedUserIds")]


async def test_a_conversation_takes_messages_as_a_channel_does(client: Client, newcomers: Newcomers) -> None:
    other, outsider = await newcomers(2)
    await client.invite(await client.workspace(), other)
    room = (await client.done(START, userId=other.user_id))["conversation"]["id"]

    sent = await client.send(room, "between us", attachments=[PICTURE], mentionedUserIds=[other.user_id])
    answer = await other.send(room, "yes", replyToId=sent["id"])
    reacted = await other.done("add_reaction", messageId=sent["id"], emoji="👍")

    found = (await client.data("message", id=answer["id"]))["node"]
    assert (found["channel"], found["conversation"]) == (None, {"id": room})
    assert found["replyTo"]["id"] == sent["id"]
    assert [group["emoji"] for group in reacted["message"]["reactions"]] == ["👍"]
    assert found["history"] is None
    assert await refused(outsider, room, content="let me in") == [("NOT_FOUND", "roomId")]
    assert await refused(client, room, content="x", mentionedUserIds=[outsider.user_id]) == [
        ("NOT_FOUND", "mentionedUserIds.0")
    ]
    hidden = await outsider.payload("edit_message", messageId=sent["id"], content="mine")
    assert refusals(hidden) == [("NOT_FOUND", "messageId")]
    graded = await client.payload("set_grading_status", messageId=sent["id"], status="GRADED")
    assert refusals(graded) == [("INVALID", "messageId")]
    pinned = await client.payload("pin_message", messageId=sent["id"])
    assert refusals(pinned) == [("FORBIDDEN", "messageId")]


async def test_the_same_key_gives_the_same_message_though_its_answer_has_gone(client: Client, channel: str) -> None:
    first = await client.send(channel, "first")
    inputs: dict[str, Any] = {"content": "an answer", "replyToId": first["id"], "idempotencyKey": "k"}
    sent = await client.send(channel, **inputs)
    await client.done("delete_message", messageId=first["id"])

    again = await client.send(channel, **inputs)

    assert again["id"] == sent["id"]
    assert await count(client, channel) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"content": "else"},
        {"type": "FILE"},
        {"attachments": [PICTURE | {"size": "1"}]},
        {"mentionedUserIds": []},
    ],
)
async def test_a_key_stands_for_the_whole_input(client: Client, channel: str, change: dict[str, Any]) -> None:
    inputs: dict[str, Any] = {
        "content": "x",
        "type": "IMAGE",
        "attachments": [PICTURE],
        "mentionedUserIds": [client.user_id],
        "idempotencyKey": "k",
    }
    await client.send(channel, **inputs)

    assert await refused(client, channel, **(inputs | change)) == [("CONFLICT", "idempotencyKey")]


async def test_a_refused_send_leaves_its_key_free(client: Client, channel: str) -> None:
    refusal = await refused(client, channel, content="x", mentionedUserIds=["usr_" + "0" * 32], idempotencyKey="k")

    sent = await asyncio.gather(*(client.send(channel, "x", idempotencyKey="k") for _ in range(5)))

    assert refusal == [("NOT_FOUND", "mentionedUserIds.0")]
    assert len({message["id"] for message in sent}) == 1

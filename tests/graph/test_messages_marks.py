"""What people put to messages: reactions, pins and gradings, and who hears of it."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Newcomers


@dataclass
class Class:
    """A workspace's owner and a plain member of it, with a channel and a message of the member's."""

    owner: Client
    member: Client
    outsider: Client
    channel: str
    message: str


@pytest.fixture
async def school(client: Client, newcomers: Newcomers) -> Class:
    member, outsider = await newcomers(2)
    workspace = await client.workspace()
    await client.invite(workspace, member)
    channel = await client.channel(workspace)
    return Class(client, member, outsider, channel, (await member.send(channel, "my homework"))["id"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def told(school: Class, number: int) -> list[dict[str, Any]]:
    """So many of the channel's events after the message was sent."""
    cursor = "evt_" + school.message.removeprefix("msg_")
    heard: list[dict[str, Any]] = []
    async with school.owner.socket() as socket:
        await socket.subscribe("marks_events", channelId=school.channel, after=cursor)
        while len(heard) < number:
            event = (await socket.result())["channelEvents"]
            if event["__typename"] != "MessageSent":
                heard.append(event)
    return heard


async def test_reactions_are_grouped_by_emoji_the_first_used_in_front(school: Class) -> None:
    for person, emoji in ((school.owner, "👍"), (school.member, "❤"), (school.member, "👍"), (school.owner, "❤️")):
        await person.done("add_reaction", messageId=school.message, emoji=emoji)

    assert (await school.owner.data("message", id=school.message))["node"]["reactions"] == [
        {
            "emoji": emoji,
            "count": 2,
            "viewerHasReacted": True,
            "users": [{"id": person.user_id} for person in people],
        }
        for emoji, people in (("👍", [school.owner, school.member]), ("❤️", [school.member, school.owner]))
    ]
    left = await school.owner.done("remove_reaction", messageId=school.message, emoji="👍")
    assert [(group["emoji"], group["count"], group["viewerHasReacted"]) for group in left["message"]["reactions"]] == [
        ("❤️", 2, True),
        ("👍", 1, False),
    ]


async def test_a_reaction_is_made_once_and_told_once(school: Class) -> None:
    for operation in ("add_reaction", "add_reaction", "remove_reaction", "remove_reaction", "add_reaction"):
        await school.owner.done(operation, messageId=school.message, emoji="🎉")
    await school.owner.done("remove_reaction", messageId=school.message, emoji="👀")

    heard = await told(school, 3)

    assert [event["__typename"] for event in heard] == ["ReactionAdded", "ReactionRemoved", "ReactionAdded"]
    for event in heard:
        assert (event["messageId"], event["emoji"]) == (school.message, "🎉")
        assert event["user"] == {"id": school.owner.user_id}
        assert event["marked"] == {"content": "my homework"}


@pytest.mark.parametrize("emoji", ["", "x", "👍👍", "1", "🇽🇽", "javascript:", "\U0001f3fb", ":thumbsup:", "👍" * 60])
async def test_what_is_no_emoji_is_refused(school: Class, emoji: str) -> None:
    payload = await school.member.payload("add_reaction", messageId=school.message, emoji=emoji)

    assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [("INVALID", ["emoji"])]


async def test_a_message_takes_twenty_different_emoji(school: Class) -> None:
    emoji = [chr(0x1F600 + number) for number in range(20)]
    await asyncio.gather(
        *(school.owner.done("add_reaction", messageId=school.message, emoji=each) for each in emoji[:10])
    )
    for each in emoji[10:]:
        await school.owner.done("add_reaction", messageId=school.message, emoji=each)

    one_more = await school.member.payload("add_reaction", messageId=school.message, emoji="🦕")
    along = await school.member.done("add_reaction", messageId=school.message, emoji=emoji[3])
    await school.owner.done("remove_reaction", messageId=school.message, emoji=emoji[0])
    for_another = await school.owner.payload("add_reaction", messageId=school.message, emoji="🦖")
    in_its_place = await school.member.done("add_reaction", messageId=school.message, emoji="🦕")

    assert codes(one_more) == ["CONFLICT"]
    assert len(along["message"]["reactions"]) == 20
    assert codes(for_another) == ["CONFLICT"]
    assert {group["emoji"] for group in in_its_place["message"]["reactions"]} == {*emoji[1:], "🦕"}


async def test_moderators_pin_and_the_newest_pin_comes_first(school: Class) -> None:
    second = (await school.owner.send(school.channel, "read this"))["id"]
    for message in (school.message, second, school.message):
        assert (await school.owner.done("pin_message", messageId=message))["message"]["isPinned"] is True

    pins = (await school.member.data("pins", id=school.channel))["node"]["pins"]
    by_member = await school.member.payload("unpin_message", messageId=second)
    await school.owner.done("delete_message", messageId=second)
    left = (await school.member.data("pins", id=school.channel))["node"]["pins"]
    unpinned = await school.owner.done("unpin_message", messageId=school.message)

    assert [(pin["message"]["id"], pin["pinnedBy"]["id"]) for pin in pins] == [
        (second, school.owner.user_id),
        (school.message, school.owner.user_id),
    ]
    assert codes(by_member) == ["FORBIDDEN"]
    assert [pin["message"]["id"] for pin in left] == [school.message]
    assert unpinned["message"]["isPinned"] is False
    assert (await school.member.data("pins", id=school.channel))["node"]["pins"] == []


async def test_pins_and_gradings_are_told(school: Class) -> None:
    for operation, inputs in (
        ("pin_message", {}),
        ("pin_message", {}),
        ("set_grading_status", {"status": "GRADED"}),
        ("set_grading_status", {"status": "GRADED"}),
        ("set_grading_status", {"status": None}),
        ("unpin_message", {}),
        ("unpin_message", {}),
    ):
        await school.owner.done(operation, messageId=school.message, **inputs)

    pinned, graded, cleared, unpinned = await told(school, 4)

    assert (pinned["__typename"], pinned["pin"]["message"]["id"]) == ("MessagePinned", school.message)
    assert pinned["pin"]["pinnedBy"] == {"id": school.owner.user_id}
    assert (graded["__typename"], graded["grading"]["status"]) == ("GradingChanged", "GRADED")
    assert (cleared["__typename"], cleared["grading"]) == ("GradingChanged", None)
    assert unpinned["__typename"] == "MessageUnpinned"
    assert {event["messageId"] for event in (pinned, graded, cleared, unpinned)} == {school.message}


async def test_a_channel_takes_fifty_pins_of_messages_that_are_there(school: Class) -> None:
    messages = [(await school.owner.send(school.channel, f"message {number}"))["id"] for number in range(51)]
    for message in messages[:50]:
        await school.owner.done("pin_message", messageId=message)

    one_more = await school.owner.payload("pin_message", messageId=messages[50])
    await school.owner.done("delete_message", messageId=messages[0])
    instead = await school.owner.payload("pin_message", messageId=messages[50])

    assert codes(one_more) == ["CONFLICT"]
    assert codes(instead) == []
    assert len((await school.owner.data("pins", id=school.channel))["node"]["pins"]) == 50


async def test_moderators_say_how_far_the_grading_is(school: Class) -> None:
    for status in ("PENDING", "RETURNED", "GRADED"):
        await school.owner.done("set_grading_status", messageId=school.message, status=status)
        found = (await school.member.data("message", id=school.message))["node"]["grading"]
        assert (found["status"], found["gradedBy"]["id"]) == (status, school.owner.user_id)

    by_member = await school.member.payload("set_grading_status", messageId=school.message, status="PENDING")
    await school.owner.done("set_grading_status", messageId=school.message, status=None)

    assert codes(by_member) == ["FORBIDDEN"]
    assert (await school.member.data("message", id=school.message))["node"]["grading"] is None


async def test_nobody_else_marks_a_message_and_nobody_a_deleted_one(school: Class) -> None:
    marks: list[tuple[str, dict[str, Any]]] = [
        ("add_reaction", {"emoji": "👍"}),
        ("remove_reaction", {"emoji": "👍"}),
        ("pin_message", {}),
        ("unpin_message", {}),
        ("set_grading_status", {"status": "GRADED"}),
    ]
    outside = [await school.outsider.payload(name, messageId=school.message, **rest) for name, rest in marks]
    await school.owner.done("delete_message", messageId=school.message)
    deleted = [await school.owner.payload(name, messageId=school.message, **rest) for name, rest in marks]

    for payload in outside + deleted:
        assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [("NOT_FOUND", ["messageId"])]

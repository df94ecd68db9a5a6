"""The stream of what concerns one person: messages, places, read states, counts; resumed without a gap."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.client import Client, Socket
from tests.conftest import Newcomers
from tests.server import Server

SECONDS = 20
SIGN_SECONDS = 3

Event = dict[str, Any]


@pytest.fixture
async def people(neighbours: Newcomers) -> list[Client]:
    """Three who share a workspace."""
    return await neighbours(3)


async def workspace_of(person: Client) -> str:
    found = await person.data("{ viewer { workspaces { edges { node { id } } } } }")
    workspace: str = found["viewer"]["workspaces"]["edges"][0]["node"]["id"]
    return workspace


async def begun(one: Client, other: Client) -> str:
    conversation: str = (await one.done("start_conversation", userId=other.user_id))["conversation"]["id"]
    return conversation


@asynccontextmanager
async def hearing(person: Client, after: str | None = None) -> AsyncIterator[Socket]:
    async with person.socket() as socket:
        await socket.subscribe("viewer_events", after=after)
        yield socket


async def until(socket: Socket, found: Callable[[Event], bool]) -> list[Event]:
    """What comes, up to the event that was looked for."""
    events: list[Event] = []
    async with asyncio.timeout(SECONDS):
        while not events or not found(events[-1]):
            events.append((await socket.result())["viewerEvents"])
    return events


def named(name: str, **fields: Any) -> Callable[[Event], bool]:
    return lambda event: event["__typename"] == name and all(event[key] == value for key, value in fields.items())


async def cursor_of(person: Client) -> str:
    cursor: str = (await person.data("{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    return cursor


async def listening(person: Client, socket: Socket) -> list[Event]:
    """Returns once the stream has begun: something of the person's own has come through it. Nothing says when one
    without a cursor begins, so that it takes another sign where the first was too early. Gives what came before it.
    """
    for _ in range(SECONDS):
        made = (await person.done("create_workspace", name="A sign"))["workspace"]["id"]
        try:
            async with asyncio.timeout(SIGN_SECONDS):
                return await until(socket, named("BelongingChanged", placeId=made))
        except TimeoutError:
            continue
    raise TimeoutError


async def test_messages_and_mentions_reach_those_whom_they_concern(people: list[Client]) -> None:
    one, two, three = people
    channel = await one.channel(await workspace_of(one))
    conversation = await begun(one, two)
    async with hearing(two) as socket:
        await listening(two, socket)
        direct = await one.send(conversation, "only for you")
        mention = await one.send(channel, "look", mentionedUserIds=[two.user_id])
        await one.send(channel, "not for you", mentionedUserIds=[three.user_id])
        await one.send(conversation, "the end")
        heard: list[Event] = []
        while len(heard) < 3:
            heard += [each for each in await until(socket, lambda event: event["cursor"] is not None) if each["cursor"]]

    assert [(event["__typename"], event["message"]["content"]) for event in heard] == [
        ("DirectMessageReceived", "only for you"),
        ("Mentioned", "look"),
        ("DirectMessageReceived", "the end"),
    ]
    assert heard[0]["message"]["id"] == direct["id"]
    assert heard[0]["message"]["conversation"] == {"id": conversation}
    assert (heard[1]["message"]["id"], heard[1]["message"]["channel"]) == (mention["id"], {"id": channel})


async def test_a_stream_resumes_after_its_last_event_with_nothing_missing_and_nothing_twice(
    people: list[Client], other_server: Server
) -> None:
    one, two, _ = people
    conversation = await begun(one, two)
    async with hearing(two, await cursor_of(two)) as socket:
        await one.send(conversation, "0")
        cursor = (await until(socket, named("DirectMessageReceived")))[-1]["cursor"]
    for number in range(1, 6):
        await one.send(conversation, str(number))
    async with Client(other_server.url) as elsewhere:
        elsewhere.token = two.token
        async with hearing(elsewhere, cursor) as socket:
            heard = await until(socket, lambda event: (event.get("message") or {}).get("content") == "5")
            await one.send(conversation, "6")
            heard += await until(socket, named("DirectMessageReceived"))

    contents = [event["message"]["content"] for event in heard if event["__typename"] == "DirectMessageReceived"]
    # What lies within the overlap before the cursor may come once more, in the order of the log.
    assert contents[-6:] == ["1", "2", "3", "4", "5", "6"]
    assert len(set(contents)) == len(contents)


async def test_places_that_one_comes_to_and_goes_from_are_told(people: list[Client]) -> None:
    one, two, _ = people
    workspace = await workspace_of(one)
    private = await one.channel(workspace, visibility="PRIVATE")
    after = await cursor_of(two)
    await one.done("set_member_role", workspaceId=workspace, userId=two.user_id, role="MODERATOR")
    await one.done("add_channel_member", channelId=private, userId=two.user_id)
    group = (await one.done("create_group", name="Us", userIds=[two.user_id]))["conversation"]["id"]
    await one.done("remove_channel_member", channelId=private, userId=two.user_id)
    await one.done("remove_participant", conversationId=group, userId=two.user_id)
    async with hearing(two, after) as socket:
        events = await until(socket, named("BelongingChanged", placeId=group, role=None))
        await one.done("remove_member", workspaceId=workspace, userId=two.user_id)
        events += await until(socket, named("BelongingChanged", placeId=workspace, role=None))

    changes = [
        (event["placeId"], event["role"])
        for event in events
        if event["__typename"] == "BelongingChanged" and event["placeId"] in {private, group, workspace}
    ]
    expected = [
        (workspace, "MODERATOR"),
        (private, "MEMBER"),
        (group, "MEMBER"),
        (private, None),
        (group, None),
        (workspace, None),
    ]
    # The invitation lies within the overlap before the cursor.
    assert changes in (expected, [(workspace, "MEMBER"), *expected])
    gone = [event["place"] for event in events if event["__typename"] == "BelongingChanged" and event["role"] is None]
    assert gone == [None, None, None]


async def test_counts_follow_what_others_send_and_what_is_read_on_another_device(people: list[Client]) -> None:
    one, two, _ = people
    channel = await one.channel(await workspace_of(one))
    conversation = await begun(one, two)
    async with hearing(two, await cursor_of(two)) as socket:
        await listening(two, socket)
        sent = [await one.send(channel, str(number)) for number in range(3)]
        await until(socket, named("UnreadCountChanged", roomId=channel, unreadCount=3, mentionCount=0))
        await two.done("mark_read", roomId=channel, messageId=sent[1]["id"])
        read = await until(socket, named("UnreadCountChanged", roomId=channel, unreadCount=1))
        await one.done("delete_message", messageId=sent[2]["id"])
        await until(socket, named("UnreadCountChanged", roomId=channel, unreadCount=0))
        await one.send(channel, "you", mentionedUserIds=[two.user_id])
        await until(socket, named("UnreadCountChanged", roomId=channel, unreadCount=1, mentionCount=1))
        await one.send(conversation, "hello")
        last = await until(socket, named("UnreadCountChanged", roomId=conversation, unreadCount=1))

    states = [event for event in read if event["__typename"] == "ReadStateChanged"]
    assert [(state["messageId"], state["room"]) for state in states] == [(sent[1]["id"], {"id": channel})]
    assert last[-1]["room"] == {"__typename": "Conversation", "id": conversation}
    assert last[-1]["cursor"] is None


async def test_counts_of_one_room_come_at_most_once_a_second(people: list[Client]) -> None:
    one, two, _ = people
    channel = await one.channel(await workspace_of(one))
    async with hearing(two, await cursor_of(two)) as socket:
        await listening(two, socket)
        began = asyncio.get_running_loop().time()
        for number in range(20):
            await one.send(channel, str(number))
        events = await until(socket, named("UnreadCountChanged", roomId=channel, unreadCount=20))
        seconds = asyncio.get_running_loop().time() - began

    counts = [event["unreadCount"] for event in events if event["__typename"] == "UnreadCountChanged"]
    assert len(counts) <= seconds + 2
    assert counts == sorted(counts)


async def test_a_stream_that_resumes_counts_every_room_with_something_unread(people: list[Client]) -> None:
    one, two, _ = people
    channels = [await one.channel(await workspace_of(one)) for _ in range(3)]
    conversation = await begun(one, two)
    await one.send(channels[0], "one")
    await one.send(channels[2], "two", mentionedUserIds=[two.user_id])
    await one.send(conversation, "three")
    counts: dict[str, tuple[int, int]] = {}
    async with hearing(two, await cursor_of(two)) as socket:
        while len(counts) < 3:
            event = (await until(socket, named("UnreadCountChanged")))[-1]
            counts[event["roomId"]] = (event["unreadCount"], event["mentionCount"])

    assert counts == {channels[0]: (1, 0), channels[2]: (1, 1), conversation: (1, 0)}


async def test_a_new_stream_is_told_when_nothing_is_unread_any_more(people: list[Client]) -> None:
    one, two, _ = people
    channel = await one.channel(await workspace_of(one))
    sent = await one.send(channel, "one")
    async with hearing(two) as socket:
        await listening(two, socket)
        await two.done("mark_read", roomId=channel, messageId=sent["id"])
        await until(socket, named("UnreadCountChanged", roomId=channel, unreadCount=0))


async def test_a_room_that_one_joins_is_counted_from_then_on_and_one_that_one_leaves_no_more(
    people: list[Client],
) -> None:
    one, two, _ = people
    async with hearing(two) as socket:
        await listening(two, socket)
        group = (await one.done("create_group", name="New", userIds=[two.user_id]))["conversation"]["id"]
        await one.send(group, "welcome")
        await until(socket, named("UnreadCountChanged", roomId=group, unreadCount=1))
        await one.done("remove_participant", conversationId=group, userId=two.user_id)
        await until(socket, named("BelongingChanged", placeId=group, role=None))
        await one.send(group, "without you")
        rest = await listening(two, socket)
        conversation = await begun(one, two)
        await one.send(conversation, "still here")
        rest += await until(socket, named("UnreadCountChanged", roomId=conversation, unreadCount=1))

    assert not [event for event in rest if event.get("roomId") == group]
    assert not [event for event in rest if (event.get("message") or {}).get("content") == "without you"]


async def test_a_cursor_of_somebody_elses_stream_is_refused(people: list[Client]) -> None:
    one, two, _ = people
    for cursor in (await cursor_of(two), "nonsense"):
        async with hearing(one, cursor) as socket:
            refused = await socket.heard()
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    found = await one.data("query ($id: ID!) { node(id: $id) { ... on User { eventCursor } } }", id=two.user_id)
    assert found == {"node": {"eventCursor": None}}

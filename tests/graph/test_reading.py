"""Read states: what is unread, who has read a message, and who is told."""

import asyncio
from typing import Any

import pytest

from datasources.postgres.room_tables import GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import ReadState
from datasources.records.ids import ConversationId, new_user_id
from tests.client import Client
from tests.conftest import Newcomers
from tests.datasources.postgres.places import opened
from tests.graph.test_viewer_events import cursor_of, hearing, named, until

SECONDS = 30
PAGE_STATEMENTS = 3

COUNTS = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Room { unreadCount mentionCount } } }"

LISTEN = """subscription ($id: ID!, $after: String) { channelEvents(channelId: $id, after: $after) {
  __typename ... on ReadStateChanged { messageId user { id } room { id } }
} }"""


@pytest.fixture
async def people(neighbours: Newcomers) -> list[Client]:
    return await neighbours(3)


@pytest.fixture
async def channel(people: list[Client]) -> str:
    workspaces = await people[0].data("{ viewer { workspaces { edges { node { id } } } } }")
    return await people[0].channel(workspaces["viewer"]["workspaces"]["edges"][0]["node"]["id"])


async def unread(person: Client, *rooms: str) -> list[tuple[int, int]]:
    nodes = (await person.data("unread", ids=list(rooms)))["nodes"]
    return [(node["unreadCount"], node["mentionCount"]) for node in nodes]


async def test_messages_of_others_count_until_they_are_read(people: list[Client], channel: str) -> None:
    reader, writer, _ = people
    await reader.send(channel, "mine")
    sent = [await writer.send(channel, f"message {number}") for number in range(3)]
    await writer.send(channel, "for you", mentionedUserIds=[reader.user_id])

    assert await unread(reader, channel) == [(4, 1)]
    marked = await reader.done("mark_read", roomId=channel, messageId=sent[1]["id"])
    assert marked["room"] == {
        "__typename": "Channel",
        "id": channel,
        "unreadCount": 2,
        "mentionCount": 1,
        "lastRead": sent[1]["id"],
    }
    back = await reader.done("mark_read", roomId=channel, messageId=sent[0]["id"])
    assert back["room"]["lastRead"] == sent[1]["id"]
    await writer.done("delete_message", messageId=sent[2]["id"])
    assert await unread(reader, channel) == [(1, 1)]


async def test_counting_ends_at_a_hundred_and_begins_with_joining(
    people: list[Client], channel: str, newcomers: Newcomers
) -> None:
    reader, writer, _ = people
    first = await writer.send(channel, "0")
    await reader.done("mark_read", roomId=channel, messageId=first["id"])
    for number in range(101):
        await writer.send(channel, str(number))
    workspace = (await writer.data("query ($id: ID!) { channel(id: $id) { workspace { id } } }", id=channel))["channel"]
    (latecomer,) = await newcomers(1)
    await reader.invite(workspace["workspace"]["id"], latecomer)
    await writer.send(channel, "welcome")

    assert await unread(reader, channel) == [(100, 0)]
    assert await unread(latecomer, channel) == [(1, 0)]


async def test_rooms_of_all_kinds_are_counted_and_one_more_costs_one_more_page(
    people: list[Client], channel: str
) -> None:
    reader, writer, third = people
    two = (await reader.done("start_conversation", userId=writer.user_id))["conversation"]["id"]
    group = (await reader.done("create_group", name="Three", userIds=[writer.user_id, third.user_id]))["conversation"]
    other = (await third.done("start_conversation", userId=reader.user_id))["conversation"]["id"]
    for room in (channel, two, group["id"]):
        await writer.send(room, "hello")

    assert await unread(reader, channel, two, group["id"], other) == [(1, 0), (1, 0), (1, 0), (0, 0)]
    statements = []
    for rooms in ([two], [two, other]):
        answer = await reader.answer(COUNTS, ids=rooms, extensions={"roundTrips": True})
        statements.append(answer["extensions"]["roundTrips"]["mongodb"]["statements"])
    # A page, and what stands at its cursor or else beyond it; rights and read states are asked for together.
    assert statements[1] - statements[0] <= PAGE_STATEMENTS


async def test_only_a_message_of_that_room_can_be_read_there(people: list[Client], channel: str) -> None:
    reader, writer, third = people
    two = (await reader.done("start_conversation", userId=writer.user_id))["conversation"]["id"]
    elsewhere = await writer.send(two, "elsewhere")
    gone = await writer.send(channel, "gone")
    await writer.done("delete_message", messageId=gone["id"])

    attempts = [
        await reader.payload("mark_read", roomId=channel, messageId=elsewhere["id"]),
        await reader.payload("mark_read", roomId=channel, messageId=gone["id"]),
        await third.payload("mark_read", roomId=two, messageId=elsewhere["id"]),
    ]
    malformed = [
        await reader.answer("mark_read", input={"roomId": channel, "messageId": "nonsense"}),
        await reader.answer("mark_read", input={"roomId": reader.user_id, "messageId": elsewhere["id"]}),
    ]

    assert [[error["code"] for error in each["userErrors"]] for each in attempts] == [["NOT_FOUND"]] * 3
    assert [each["errors"][0]["extensions"]["code"] for each in malformed] == ["BAD_USER_INPUT"] * 2
    assert await unread(reader, channel) == [(0, 0)]


async def test_those_who_have_read_a_message_are_named_and_told_of(people: list[Client], channel: str) -> None:
    reader, writer, third = people
    first, second = await writer.send(channel, "one"), await writer.send(channel, "two")
    after = await writer.data("query ($id: ID!) { channel(id: $id) { eventCursor } }", id=channel)
    async with writer.socket() as socket:
        await socket.subscribe(LISTEN, id=channel, after=after["channel"]["eventCursor"])
        await reader.done("mark_read", roomId=channel, messageId=first["id"])
        async with asyncio.timeout(SECONDS):
            told = (await socket.result())["channelEvents"]
            while told["__typename"] != "ReadStateChanged":
                told = (await socket.result())["channelEvents"]
    await third.done("mark_read", roomId=channel, messageId=second["id"])
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Message { readBy { id } } } }"
    nodes = (await writer.data(document, ids=[first["id"], second["id"]]))["nodes"]

    assert told == {
        "__typename": "ReadStateChanged",
        "messageId": first["id"],
        "user": {"id": reader.user_id},
        "room": {"id": channel},
    }
    assert [{user["id"] for user in node["readBy"]} for node in nodes] == [
        {reader.user_id, third.user_id},
        {third.user_id},
    ]


async def test_in_a_room_of_many_readers_only_ones_own_devices_are_told(
    people: list[Client], environment: dict[str, str]
) -> None:
    reader, writer, _ = people
    made = await writer.done("create_group", name="Everybody", userIds=[reader.user_id])
    group = made["conversation"]["id"]
    sent = await writer.send(group, "who reads this?")
    strangers = [ReadState(ConversationId(group), new_user_id(), 1) for _ in range(50)]
    async with opened(environment["DATABASE_URL"]) as postgres:
        await PostgresRooms(postgres, GROUPS).apply(strangers)
    after = (await writer.data("query ($id: ID!) { conversation(id: $id) { eventCursor } }", id=group))["conversation"]
    async with writer.socket() as socket, hearing(reader, await cursor_of(reader)) as own:
        await socket.subscribe("conversation_events", conversation=group, after=after["eventCursor"])
        await reader.done("mark_read", roomId=group, messageId=sent["id"])
        await until(own, named("ReadStateChanged", messageId=sent["id"]))
        await reader.send(group, "I do")
        heard: list[dict[str, Any]] = []
        async with asyncio.timeout(SECONDS):
            while not heard or heard[-1].get("message", {}).get("content") != "I do":
                heard.append((await socket.result())["conversationEvents"])
    document = "query ($id: ID!) { node(id: $id) { ... on Message { readBy { id } } } }"

    assert "ReadStateChanged" not in {event["__typename"] for event in heard}
    assert await writer.data(document, id=sent["id"]) == {"node": {"readBy": None}}
    assert await unread(reader, group) == [(0, 0)]

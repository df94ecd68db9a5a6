"""Who is writing: told to those who listen, once in a while, and kept nowhere."""

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Newcomers
from tests.graph.test_viewer_events import begun, hearing, listening, named, until, workspace_of
from tests.server import Server

SECONDS = 30

LISTEN = """subscription ($id: ID!, $after: String) { channelEvents(channelId: $id, after: $after) {
  __typename ... on Event { cursor } ... on MessageSent { message { content } } ... on TypingStarted { user { id } }
} }"""


@pytest.fixture
async def people(neighbours: Newcomers) -> list[Client]:
    """Three who share a workspace."""
    return await neighbours(3)


async def test_those_who_listen_are_told_of_others_once_in_a_while(people: list[Client], other_server: Server) -> None:
    one, two, _ = people
    channel = await one.channel(await workspace_of(one))
    async with Client(other_server.url) as elsewhere, one.socket() as socket:
        elsewhere.token = two.token
        after = (await one.data("query ($id: ID!) { channel(id: $id) { eventCursor } }", id=channel))["channel"]
        await socket.subscribe(LISTEN, id=channel, after=after["eventCursor"])
        await two.send(channel, "a sign")
        heard: list[dict[str, Any]] = []
        async with asyncio.timeout(SECONDS):
            while not heard or heard[-1]["__typename"] != "MessageSent":
                heard.append((await socket.result())["channelEvents"])
            await one.done("start_typing", roomId=channel)
            told = [(await person.done("start_typing", roomId=channel))["told"] for person in (two, elsewhere, two)]
            await two.send(channel, "the end")
            while heard[-1].get("message") != {"content": "the end"}:
                heard.append((await socket.result())["channelEvents"])

    assert told == [True, False, False]
    typing = [event for event in heard if event["__typename"] == "TypingStarted"]
    assert typing == [{"__typename": "TypingStarted", "cursor": None, "user": {"id": two.user_id}}]


async def test_writing_in_a_conversation_is_told_to_its_people_wherever_they_listen(people: list[Client]) -> None:
    one, two, three = people
    conversation = await begun(one, two)
    async with hearing(two) as socket:
        await listening(two, socket)
        await one.send(conversation, "a sign")
        await until(socket, named("UnreadCountChanged", roomId=conversation))
        await one.done("start_typing", roomId=conversation)
        typing = (await until(socket, named("TypingStarted")))[-1]
    refused = await three.payload("start_typing", roomId=conversation)
    await two.done("block_person", userId=one.user_id)
    closed = await one.payload("start_typing", roomId=conversation)

    assert (typing["user"], typing["room"]) == ({"id": one.user_id}, {"id": conversation})
    assert [error["code"] for each in (refused, closed) for error in each["userErrors"]] == ["NOT_FOUND", "CLOSED"]

"""Cursors that no stream has given: nobody resumes from a time that has not come."""

import asyncio

import pytest

from datasources.records.ids import SNOWFLAKE_MAX, RoomId, UserId, event_cursor, room
from datasources.snowflakes import first_of, unix_ms
from tests.client import Client
from tests.conftest import Newcomers

AN_HOUR_MS = 3_600_000
SECONDS = 20


@pytest.fixture
async def people(neighbours: Newcomers) -> list[Client]:
    """Two who share a workspace."""
    return await neighbours(2)


async def refused(person: Client, room_id: RoomId, document: str, **variables: str) -> list[str]:
    """The codes with which cursors of the future of this room are answered."""
    codes = []
    for snowflake in (first_of(unix_ms() + AN_HOUR_MS), SNOWFLAKE_MAX):
        async with person.socket() as socket:
            await socket.subscribe(document, after=event_cursor(room_id, snowflake), **variables)
            async with asyncio.timeout(SECONDS):
                answer = await socket.heard()
        assert answer["type"] == "error"
        codes.append(answer["payload"][0]["extensions"]["code"])
    return codes


async def test_of_a_channel(client: Client) -> None:
    channel = await client.channel(await client.workspace())
    assert await refused(client, room(channel), "channel_events", channelId=channel) == ["BAD_USER_INPUT"] * 2


async def test_of_a_conversation_of_two(people: list[Client]) -> None:
    one, two = people
    made = (await one.done("start_conversation", userId=two.user_id))["conversation"]["id"]
    assert await refused(one, room(made), "conversation_events", conversation=made) == ["BAD_USER_INPUT"] * 2


async def test_of_a_group(people: list[Client]) -> None:
    one, two = people
    made = (await one.done("create_group", name="Us", userIds=[two.user_id]))["conversation"]["id"]
    assert await refused(one, room(made), "conversation_events", conversation=made) == ["BAD_USER_INPUT"] * 2


async def test_of_what_concerns_one_person(client: Client) -> None:
    assert await refused(client, UserId(client.user_id), "viewer_events") == ["BAD_USER_INPUT"] * 2

"""A key that is sent again: what the first attempt left undone is done before the second is acknowledged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from datasources.mongo.client import Mongo
from datasources.mongo.room_collections import DIRECT, VIEWERS
from datasources.mongo.rooms import MongoRooms
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import RoomId, UserId, event_cursor, message_id
from datasources.records.messages import Message, SendClaim
from datasources.snowflakes import datetime_of, first_of, milliseconds_of, unix_ms
from resolvers.sending import Draft
from tests.client import SECONDS, Client
from tests.conftest import Newcomers

START = """mutation ($input: StartConversationInput!) {
  startConversation(input: $input) { conversation { id } userErrors { code } }
}"""
MOMENTS_AGO_MS = 20_000


@pytest.fixture
async def mongo(environment: dict[str, str]) -> AsyncIterator[Mongo]:
    mongo = Mongo(environment["MONGODB_URL"])
    await mongo.open()
    yield mongo
    await mongo.close()


@asynccontextmanager
async def hearing(person: Client, operation: str, **variables: Any) -> AsyncIterator[AsyncIterator[str]]:
    """The texts of the messages that come in a stream."""
    async with asyncio.timeout(SECONDS), person.socket() as socket:
        await socket.subscribe(operation, **variables)

        async def texts() -> AsyncIterator[str]:
            while True:
                (event,) = (await socket.result()).values()
                if event["__typename"] in {"DirectMessageReceived", "MessageSent"}:
                    yield event["message"]["content"]

        yield texts()


async def begun(client: Client, newcomers: Newcomers) -> tuple[Client, RoomId]:
    (other,) = await newcomers(1)
    await client.invite(await client.workspace(), other)
    return other, cast("RoomId", (await client.done(START, userId=other.user_id))["conversation"]["id"])


async def forget_telling(mongo: Mongo, person: Client) -> None:
    """What a process leaves that dies between the log of the room and those of persons."""
    await mongo.collection(VIEWERS.events).delete_many({"room_id": person.user_id})


async def test_whom_the_first_attempt_did_not_tell_the_second_does(
    client: Client, newcomers: Newcomers, mongo: Mongo
) -> None:
    since = first_of(unix_ms())
    other, room = await begun(client, newcomers)
    sent = await client.send(room, "once", idempotencyKey="once")
    await forget_telling(mongo, other)
    assert await client.send(room, "once", idempotencyKey="once") == sent
    await client.send(room, "the end")
    async with hearing(other, "told", after=f"vev_{other.user_id[4:]}_{since}") as texts:
        assert [await anext(texts), await anext(texts)] == ["once", "the end"]


async def test_what_has_changed_since_is_told_only_to_those_who_were_not(
    client: Client, newcomers: Newcomers, mongo: Mongo
) -> None:
    other, room = await begun(client, newcomers)
    sent = await client.send(room, "once", idempotencyKey="once")
    await client.done("edit_message", messageId=sent["id"], content="changed")
    await forget_telling(mongo, other)
    log = mongo.collection(VIEWERS.events)
    for _ in range(2):
        await client.send(room, "once", idempotencyKey="once")
        assert await log.count_documents({"room_id": other.user_id}) == 1


async def test_a_message_that_took_effect_too_late_for_streams_comes_when_it_is_acknowledged(
    client: Client, newcomers: Newcomers, mongo: Mongo
) -> None:
    other, room = await begun(client, newcomers)
    rooms = MongoRooms(mongo, DIRECT)
    snowflake = first_of(unix_ms() - MOMENTS_AGO_MS)
    digest = Draft("late").digest(room)
    revision = milliseconds_of(snowflake) * 1_000
    author_id = UserId(client.user_id)
    message = Message(
        id=message_id(room, snowflake),
        room_id=room,
        snowflake=snowflake,
        author_id=author_id,
        content="late",
        revision=revision,
        created_at=datetime_of(snowflake),
        idempotency_key="late",
    )
    event = RoomEvent(
        room_id=room,
        snowflake=snowflake,
        kind=EventKind.MESSAGE_SENT,
        at=message.created_at,
        change=message,
        cursor=event_cursor(room, snowflake),
    )
    after = event_cursor(room, first_of(unix_ms()))
    async with hearing(other, "conversation_events", conversation=room, after=after) as texts:
        await client.send(room, "a sign")
        assert await anext(texts) == "a sign"
        # As a store does that stood still and goes on, long after the attempt was given up.
        await rooms.claim(SendClaim(author_id, "late", room, snowflake, revision, digest))
        await rooms.write(event)
        assert (await client.send(room, "late", idempotencyKey="late"))["id"] == message.id
        assert await anext(texts) == "late"
        await client.send(room, "late", idempotencyKey="late")
        await client.send(room, "the end")
        assert await anext(texts) == "the end"

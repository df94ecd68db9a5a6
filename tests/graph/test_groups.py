"""Groups: who is in them and who may do what."""

import asyncio

import pytest

from tests.client import Client
from tests.conftest import Newcomers
from tests.graph.conversing import SECONDS, codes, contents, cursor_of, group, heard, roles


@pytest.fixture
async def people(neighbours: Newcomers) -> list[Client]:
    """Four who share a workspace."""
    return await neighbours(4)


async def test_a_group_has_an_owner_who_decides_who_is_in_it(people: list[Client]) -> None:
    owner, two, three, four = people
    made = await group(owner, two)
    await owner.send(made, "welcome")

    refusals = [
        await two.payload("rename_group", conversationId=made, name="Mine"),
        await two.payload("add_participant", conversationId=made, userId=three.user_id),
        await two.payload("remove_participant", conversationId=made, userId=owner.user_id),
        await three.payload("add_participant", conversationId=made, userId=three.user_id),
    ]
    await owner.done("rename_group", conversationId=made, name="Circle of three")
    await owner.done("add_participant", conversationId=made, userId=three.user_id)
    await owner.done("add_participant", conversationId=made, userId=three.user_id)

    assert [codes(refusal) for refusal in refusals] == [["FORBIDDEN"]] * 3 + [["NOT_FOUND"]]
    assert await roles(three, made) == {owner.user_id: "OWNER", two.user_id: "MEMBER", three.user_id: "MEMBER"}
    assert await contents(three, made) == ["welcome"]
    assert await four.data("conversation", id=made) == {"conversation": None}

    removed = await owner.done("remove_participant", conversationId=made, userId=two.user_id)
    assert removed["removedUserId"] == two.user_id
    assert await two.data("conversation", id=made) == {"conversation": None}
    await owner.done("add_participant", conversationId=made, userId=two.user_id)
    assert await contents(two, made) == ["welcome"]


async def test_the_last_owner_hands_on_to_the_longest_standing_and_the_last_person_ends_it(
    people: list[Client],
) -> None:
    owner, two, three, _ = people
    made = await group(owner, two)
    await owner.done("add_participant", conversationId=made, userId=three.user_id)

    await owner.done("remove_participant", conversationId=made, userId=owner.user_id)
    assert await roles(three, made) == {two.user_id: "OWNER", three.user_id: "MEMBER"}
    await two.done("remove_participant", conversationId=made, userId=two.user_id)
    assert await roles(three, made) == {three.user_id: "OWNER"}
    await three.done("remove_participant", conversationId=made, userId=three.user_id)
    assert await three.data("conversation", id=made) == {"conversation": None}
    assert codes(await three.payload("send_message", roomId=made, content="hello?")) == ["NOT_FOUND"]


async def test_a_group_is_created_once_for_one_key_and_within_bounds(
    people: list[Client], newcomers: Newcomers
) -> None:
    owner, two, *_ = people
    (stranger,) = await newcomers(1)

    ids = await asyncio.gather(*(group(owner, two, idempotencyKey="g-1") for _ in range(4)))
    again = await owner.payload("create_group", name="Other", userIds=[two.user_id], idempotencyKey="g-1")
    alone = await owner.payload("create_group", name="Alone", userIds=[owner.user_id])
    nameless = await owner.payload("create_group", name=" ", userIds=[two.user_id])
    strange = await owner.payload("create_group", name="Strange", userIds=[two.user_id, stranger.user_id])

    assert len(set(ids)) == 1
    assert [codes(each) for each in (again, alone, nameless, strange)] == [
        ["CONFLICT"],
        ["INVALID"],
        ["INVALID"],
        ["NOT_FOUND"],
    ]
    await owner.done("remove_participant", conversationId=ids[0], userId=two.user_id)
    assert await group(owner, two, idempotencyKey="g-1") == ids[0]
    assert await roles(owner, ids[0]) == {owner.user_id: "OWNER"}


async def test_a_stream_of_a_conversation_resumes_and_ends_with_the_removal(people: list[Client]) -> None:
    owner, two, three, _ = people
    made = await group(owner, two)
    async with two.socket() as socket:
        await socket.subscribe("conversation_events", conversation=made, after=await cursor_of(two, made))
        await owner.send(made, "one")
        first = await heard(socket, "MessageSent")
    await owner.send(made, "two")
    await owner.done("add_participant", conversationId=made, userId=three.user_id)
    await owner.done("rename_group", conversationId=made, name="Renamed")

    async with two.socket() as socket:
        await socket.subscribe("conversation_events", conversation=made, after=first["cursor"])
        await heard(socket, "MessageSent", lambda event: event["message"]["content"] == "two")
        joined = await heard(socket, "ParticipantChanged", lambda event: event["user"]["id"] == three.user_id)
        renamed = await heard(socket, "ConversationChanged")
        await owner.done("remove_participant", conversationId=made, userId=two.user_id)
        async with asyncio.timeout(SECONDS):
            ended = await socket.heard()
            while ended["type"] == "next":
                ended = await socket.heard()

    assert first["message"]["content"] == "one"
    assert joined["role"] == "MEMBER"
    assert renamed["conversation"]["name"] == "Renamed"
    assert ended["type"] == "error"
    assert ended["payload"][0]["extensions"]["code"] == "FORBIDDEN"

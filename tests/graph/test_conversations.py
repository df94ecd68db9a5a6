"""Conversations of two, beside groups: who may speak, and what nobody else learns."""

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Newcomers
from tests.graph.conversing import begun, codes, contents, cursor_of, group, heard, roles
from tests.server import Server


@pytest.fixture
async def people(neighbours: Newcomers) -> list[Client]:
    """Four who share a workspace."""
    return await neighbours(4)


async def test_whoever_begins_it_the_two_have_one_conversation(people: list[Client], other_server: Server) -> None:
    one, two, *_ = people
    async with Client(other_server.url) as two_elsewhere:
        two_elsewhere.token, two_elsewhere.user_id = two.token, two.user_id

        ids = await asyncio.gather(*(begun(one, two) for _ in range(3)), *(begun(two_elsewhere, one) for _ in range(3)))
        await one.send(ids[0], "first")
        await two_elsewhere.send(ids[0], "second")

    assert len(set(ids)) == 1
    assert await contents(one, ids[0]) == await contents(two, ids[0]) == ["first", "second"]
    assert await roles(one, ids[0]) == {one.user_id: "MEMBER", two.user_id: "MEMBER"}


async def test_a_conversation_is_with_somebody_else_and_near(people: list[Client], newcomers: Newcomers) -> None:
    one = people[0]
    (stranger,) = await newcomers(1)

    assert codes(await one.payload("start_conversation", userId=one.user_id)) == ["INVALID"]
    assert codes(await one.payload("start_conversation", userId=stranger.user_id)) == ["NOT_FOUND"]
    assert codes(await one.payload("start_conversation", userId="usr_" + "0" * 32)) == ["NOT_FOUND"]
    answer = await one.answer("start_conversation", input={"userId": "nonsense"})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_others_cannot_tell_whether_two_talk(people: list[Client]) -> None:
    one, two, three, _ = people
    conversation = await begun(one, two)
    message = await one.send(conversation, "between us")
    absent = "dir_" + "0" * 32

    for known, unknown in ((conversation, absent), (message["id"], f"dms_{'0' * 32}_1")):
        document = "query ($a: ID!, $b: ID!) { a: node(id: $a) { id } b: node(id: $b) { id } }"
        assert await three.data(document, a=known, b=unknown) == {"a": None, "b": None}
    assert await three.data("conversation", id=conversation) == {"conversation": None}
    answers = [
        await three.payload(operation, **inputs)
        for where in (conversation, absent)
        for operation, inputs in (
            ("send_message", {"roomId": where, "content": "me too"}),
            ("mark_read", {"roomId": where, "messageId": message["id"]}),
            ("remove_participant", {"conversationId": where, "userId": three.user_id}),
            ("rename_group", {"conversationId": where, "name": "Ours"}),
        )
    ]
    assert answers[:4] == answers[4:]
    assert {code for answer in answers for code in codes(answer)} == {"NOT_FOUND"}
    async with three.socket() as socket:
        refusals = []
        for where in (conversation, absent):
            await socket.subscribe("conversation_events", conversation=where)
            refusals.append((await socket.heard())["payload"])
    assert refusals[0] == refusals[1]
    assert await contents(one, conversation) == ["between us"]


async def test_a_block_closes_the_conversation_to_both_and_tells_the_other_no_more(people: list[Client]) -> None:
    one, two, *_ = people
    conversation = await begun(one, two)
    sent = await two.send(conversation, "before")

    blocked = await one.done("block_person", userId=two.user_id)
    attempts = [
        await two.payload("send_message", roomId=conversation, content="after"),
        await one.payload("send_message", roomId=conversation, content="after"),
        await two.payload("edit_message", messageId=sent["id"], content="changed"),
    ]
    seen_by_two = (await two.data("conversation", id=conversation))["conversation"]

    assert blocked["conversation"] == {"id": conversation, "closed": True, "viewerHasBlocked": True}
    assert [codes(attempt) for attempt in attempts] == [["CLOSED"]] * 3
    assert (seen_by_two["closed"], seen_by_two["viewerHasBlocked"]) == (True, False)
    assert await contents(two, conversation) == ["before"]

    await two.done("block_person", userId=one.user_id)
    opened = await one.done("unblock_person", userId=two.user_id)
    assert opened["conversation"] == {"id": conversation, "closed": True, "viewerHasBlocked": False}
    await two.done("unblock_person", userId=one.user_id)
    await two.send(conversation, "after")
    assert await contents(one, conversation) == ["before", "after"]
    assert codes(await one.payload("unblock_person", userId=two.user_id)) == ["NOT_FOUND"]


async def test_a_block_is_not_passed_by_a_group_and_the_answer_does_not_tell_of_it(
    people: list[Client], newcomers: Newcomers
) -> None:
    one, two, three, _ = people
    (stranger,) = await newcomers(1)
    groups = {each.user_id: await group(each, three) for each in (one, two)}

    async def attempts(caller: Client, other: Client) -> list[dict[str, Any]]:
        return [
            await caller.payload("create_group", name="Us", userIds=[other.user_id]),
            await caller.payload("create_group", name="Us all", userIds=[three.user_id, other.user_id]),
            await caller.payload("add_participant", conversationId=groups[caller.user_id], userId=other.user_id),
        ]

    await one.done("block_person", userId=two.user_id)
    outside = await attempts(two, stranger)
    assert [(codes(each), each["userErrors"][0]["path"]) for each in outside] == [
        (["NOT_FOUND"], ["userIds"]),
        (["NOT_FOUND"], ["userIds"]),
        (["NOT_FOUND"], ["userId"]),
    ]
    assert await attempts(two, one) == outside
    assert await attempts(one, two) == outside
    assert await roles(three, groups[two.user_id]) == {two.user_id: "OWNER", three.user_id: "MEMBER"}

    await one.done("unblock_person", userId=two.user_id)
    assert [codes(each) for each in await attempts(two, one)] == [[], [], []]


async def test_who_has_blocked_the_other_hears_nothing_of_the_others_block(people: list[Client]) -> None:
    one, two, *_ = people
    conversation = await begun(one, two)
    after = await cursor_of(one, conversation)
    async with one.socket() as ones, two.socket() as twos:
        for socket in (ones, twos):
            await socket.subscribe("conversation_events", conversation=conversation, after=after)
        await one.done("block_person", userId=two.user_id)
        first = [(await heard(socket, "ClosureChanged"))["conversation"] for socket in (ones, twos)]
        await two.done("block_person", userId=one.user_id)
        await two.done("unblock_person", userId=one.user_id)
        for _ in range(2):
            await heard(twos, "ClosureChanged")
        await one.done("unblock_person", userId=two.user_id)
        last = [(await heard(socket, "ClosureChanged"))["conversation"] for socket in (ones, twos)]

    assert first == [{"closed": True, "viewerHasBlocked": True}, {"closed": True, "viewerHasBlocked": False}]
    # To the first the other's block and its end were nothing: the next that comes is the end of their own.
    assert last == [{"closed": False, "viewerHasBlocked": False}] * 2


async def test_what_is_of_groups_is_refused_between_two(people: list[Client]) -> None:
    one, two, three, _ = people
    conversation = await begun(one, two)
    attempts = [
        await one.payload("rename_group", conversationId=conversation, name="Us"),
        await one.payload("add_participant", conversationId=conversation, userId=three.user_id),
        await one.payload("remove_participant", conversationId=conversation, userId=one.user_id),
    ]
    assert [codes(attempt) for attempt in attempts] == [["CONFLICT"]] * 3


async def test_conversations_of_both_kinds_are_one_list_newest_message_first(people: list[Client]) -> None:
    one, two, three, four = people
    with_two, with_three, circle = await begun(one, two), await begun(one, three), await group(one, two, four)
    others = await begun(two, three)
    for room in (with_three, circle, with_two):
        await one.send(room, "hello")
    expected = [with_two, circle, with_three]

    whole = (await one.data("conversations"))["viewer"]["conversations"]
    assert [edge["node"]["id"] for edge in whole["edges"]] == expected
    assert whole["complete"] is True
    assert others not in expected

    seen, after = [], None
    for number in range(3):
        page = (await one.data("conversations", first=1, after=after))["viewer"]["conversations"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is (number < 2)
        assert page["pageInfo"]["hasPreviousPage"] is (number > 0)
    assert seen == expected
    last = (await one.data("conversations", last=2))["viewer"]["conversations"]
    assert [edge["node"]["id"] for edge in last["edges"]] == expected[1:]
    assert (last["pageInfo"]["hasPreviousPage"], last["pageInfo"]["hasNextPage"]) == (True, False)
    document = "query ($id: ID!) { node(id: $id) { ... on User { conversations { edges { cursor } } } } }"
    assert await two.data(document, id=one.user_id) == {"node": {"conversations": None}}
    answer = await one.answer("conversations", after="nonsense")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_cursor_of_another_conversation_is_refused(people: list[Client]) -> None:
    one, two, three, _ = people
    conversation, other = await begun(one, two), await begun(one, three)
    async with one.socket() as socket:
        await socket.subscribe("conversation_events", conversation=conversation, after=await cursor_of(one, other))
        refused = await socket.heard()
    assert refused["type"] == "error"
    assert refused["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"

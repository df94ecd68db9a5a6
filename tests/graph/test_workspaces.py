"""Workspaces and channels: who may do what, and what is seen of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Newcomers
from tests.server import Server

ROLES = ("owner", "moderator", "member", "outsider")
NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


@dataclass(slots=True)
class School:
    """A workspace with one person of each role, and one outside it."""

    workspace: str
    channel: str
    people: dict[str, Client]


@pytest.fixture(scope="module")
async def people(server: Server) -> AsyncIterator[dict[str, Client]]:
    """One person for each role; each test gives them a workspace of its own."""
    async with AsyncExitStack() as stack:
        made = {role: await stack.enter_async_context(Client(server.url)) for role in ROLES}
        await asyncio.gather(*(person.sign_up(role.title()) for role, person in made.items()))
        yield made


@pytest.fixture
async def school(people: dict[str, Client]) -> School:
    workspace = await people["owner"].workspace("Night school")
    await people["owner"].invite(workspace, people["moderator"], role="MODERATOR")
    await people["owner"].invite(workspace, people["member"])
    return School(workspace, await people["owner"].channel(workspace, "general"), people)


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


# What each role is answered: nothing where it may, the code otherwise.
RIGHTS = {
    "rename_workspace": ({"name": "Day school"}, ("", "", "FORBIDDEN", "NOT_FOUND")),
    "archive_workspace": ({}, ("", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND")),
    "set_member_role": ({"userId": "member", "role": "MODERATOR"}, ("", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND")),
    "remove_member": ({"userId": "moderator"}, ("", "", "FORBIDDEN", "NOT_FOUND")),
    "create_invitation": ({}, ("", "", "FORBIDDEN", "NOT_FOUND")),
    "create_channel": ({"name": "new"}, ("", "", "", "NOT_FOUND")),
    "update_channel": ({"topic": "all sorts"}, ("", "", "FORBIDDEN", "NOT_FOUND")),
    "archive_channel": ({}, ("", "", "FORBIDDEN", "NOT_FOUND")),
    "send_message": ({"content": "hello"}, ("", "", "", "NOT_FOUND")),
}


@pytest.mark.parametrize(
    ("operation", "role", "expected"),
    [(operation, role, code) for operation, (_, row) in RIGHTS.items() for role, code in zip(ROLES, row, strict=True)],
)
async def test_each_role_may_what_the_table_says(school: School, operation: str, role: str, expected: str) -> None:
    inputs = {
        name: school.people[value].user_id if name == "userId" else value
        for name, value in RIGHTS[operation][0].items()
    }
    of_channel = operation in {"update_channel", "archive_channel"}
    place = {"channelId": school.channel} if of_channel else {"workspaceId": school.workspace}
    if operation == "send_message":
        place = {"roomId": school.channel}

    payload = await school.people[role].payload(operation, **place, **inputs)

    assert codes(payload) == ([expected] if expected else [])


async def test_what_one_may_not_see_reads_as_what_does_not_exist(school: School) -> None:
    outsider, owner = school.people["outsider"], school.people["owner"]
    sent = await owner.send(school.channel, "between us")
    private = await owner.channel(school.workspace, "staff", visibility="PRIVATE")

    for hidden in (school.workspace, school.channel, sent["id"], owner.user_id):
        absent = hidden[:-8] + "00000000"
        assert await outsider.data(NODE, id=hidden) == await outsider.data(NODE, id=absent) == {"node": None}
    assert await school.people["member"].data(NODE, id=private) == {"node": None}
    assert await school.people["moderator"].data(NODE, id=private) == {"node": None}
    for hidden in (school.workspace, school.channel, sent["id"], owner.user_id, private):
        assert (await owner.data(NODE, id=hidden))["node"]["id"] == hidden


async def test_a_private_channel_is_its_members_alone(school: School) -> None:
    owner, member = school.people["owner"], school.people["member"]
    private = await owner.channel(school.workspace, "surprise", visibility="PRIVATE")
    listed = "query ($id: ID!) { workspace(id: $id) { channels { edges { node { name } } } } }"

    before = await member.data(listed, id=school.workspace)
    await owner.done("add_channel_member", channelId=private, userId=member.user_id)
    after = await member.data(listed, id=school.workspace)
    await member.send(private, "thank you")
    await owner.done("remove_channel_member", channelId=private, userId=member.user_id)

    assert [edge["node"]["name"] for edge in before["workspace"]["channels"]["edges"]] == ["general"]
    assert [edge["node"]["name"] for edge in after["workspace"]["channels"]["edges"]] == ["general", "surprise"]
    assert codes(await member.payload("send_message", roomId=private, content="still here")) == ["NOT_FOUND"]


async def test_somebody_who_leaves_loses_the_private_channels_too(school: School) -> None:
    owner, member = school.people["owner"], school.people["member"]
    private = await owner.channel(school.workspace, "surprise", visibility="PRIVATE")
    await owner.done("add_channel_member", channelId=private, userId=member.user_id)

    await member.done("remove_member", workspaceId=school.workspace, userId=member.user_id)
    await owner.invite(school.workspace, member)

    assert await member.data(NODE, id=private) == {"node": None}


async def test_a_workspace_keeps_an_owner(school: School) -> None:
    owner = school.people["owner"]

    left = await owner.payload("remove_member", workspaceId=school.workspace, userId=owner.user_id)
    lowered = await owner.payload("set_member_role", workspaceId=school.workspace, userId=owner.user_id, role="MEMBER")

    assert codes(left) == codes(lowered) == ["CONFLICT"]


async def test_a_channels_name_is_taken_until_it_is_archived(school: School) -> None:
    owner = school.people["owner"]

    taken = await owner.payload("create_channel", workspaceId=school.workspace, name="GENERAL")
    await owner.done("archive_channel", channelId=school.channel)
    again = await owner.channel(school.workspace, "General")
    back = await owner.payload("archive_channel", channelId=school.channel, archived=False)

    assert codes(taken) == ["CONFLICT"]
    assert again != school.channel
    assert codes(back) == ["CONFLICT"]


async def test_what_is_archived_can_be_read_but_not_changed(school: School) -> None:
    owner, member = school.people["owner"], school.people["member"]
    await member.send(school.channel, "before")
    await owner.done("archive_workspace", workspaceId=school.workspace)

    sent = await member.payload("send_message", roomId=school.channel, content="after")
    made = await member.payload("create_channel", workspaceId=school.workspace, name="new")
    page = await member.data("channel_page", id=school.channel)
    await owner.done("archive_workspace", workspaceId=school.workspace, archived=False)

    assert codes(sent) == codes(made) == ["CLOSED"]
    assert [edge["node"]["content"] for edge in page["channel"]["messages"]["edges"]] == ["before"]
    await member.send(school.channel, "open again")


async def test_an_invitation_is_used_as_often_as_it_says(school: School, newcomers: Newcomers) -> None:
    owner = school.people["owner"]
    made = await owner.done("create_invitation", workspaceId=school.workspace, uses=3, hours=1)
    guests = await newcomers(8)

    payloads = await asyncio.gather(*(guest.payload("accept_invitation", code=made["code"]) for guest in guests))
    revoked = await owner.done("revoke_invitation", invitationId=made["invitation"]["id"])

    assert sorted(map(str, map(codes, payloads))) == ["['EXPIRED']"] * 5 + ["[]"] * 3
    assert revoked["invitation"]["revokedAt"]


async def test_the_same_key_creates_one_thing(client: Client) -> None:
    made = await asyncio.gather(*(client.done("create_workspace", name="Once", idempotencyKey="k1") for _ in range(5)))
    workspace = made[0]["workspace"]["id"]
    other = await client.payload("create_workspace", name="Twice", idempotencyKey="k1")
    channels = await asyncio.gather(
        *(client.done("create_channel", workspaceId=workspace, name="one", idempotencyKey="k1") for _ in range(5))
    )

    assert {payload["workspace"]["id"] for payload in made} == {workspace}
    assert codes(other) == ["CONFLICT"]
    assert len({payload["channel"]["id"] for payload in channels}) == 1


async def test_pages_of_channels_and_members_go_both_ways(client: Client, newcomers: Newcomers) -> None:
    workspace = await client.workspace()
    names = [f"channel {number}" for number in range(7)]
    for name in names:
        await client.channel(workspace, name)
    guests = await newcomers(4)
    await client.invite(workspace, *guests)
    query = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
      workspace(id: $id) {
        channels(first: $first, after: $after, last: $last, before: $before) {
          edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
        members { edges { node { role user { id } } } }
      }
    }"""

    async def page(**arguments: Any) -> tuple[list[str], dict[str, Any]]:
        found = (await client.data(query, id=workspace, **arguments))["workspace"]["channels"]
        return [edge["node"]["name"] for edge in found["edges"]], found["pageInfo"]

    first, info = await page(first=3)
    second, next_info = await page(first=3, after=info["endCursor"])
    back, back_info = await page(last=3, before=next_info["startCursor"])
    members = (await client.data(query, id=workspace))["workspace"]["members"]["edges"]

    assert (first, second, back) == (names[:3], names[3:6], names[:3])
    assert (info["hasPreviousPage"], info["hasNextPage"]) == (False, True)
    assert (next_info["hasPreviousPage"], next_info["hasNextPage"]) == (True, True)
    assert (back_info["hasPreviousPage"], back_info["hasNextPage"]) == (False, True)
    assert {edge["node"]["user"]["id"] for edge in members} == {client.user_id, *(guest.user_id for guest in guests)}


async def test_a_key_opens_nothing_that_was_closed_to_its_owner(school: School) -> None:
    maker, other = school.people["member"], school.people["owner"]
    inputs = {"workspaceId": school.workspace, "name": "ours", "visibility": "PRIVATE", "idempotencyKey": "ck1"}
    private = (await maker.done("create_channel", **inputs))["channel"]["id"]
    await maker.done("add_channel_member", channelId=private, userId=other.user_id)
    await other.done("remove_member", workspaceId=school.workspace, userId=maker.user_id)
    invitation = await other.done("create_invitation", workspaceId=school.workspace, uses=1, hours=1)
    await maker.done("accept_invitation", code=invitation["code"])
    await other.send(private, "said afterwards")

    again = await maker.data(
        """mutation ($input: CreateChannelInput!) {
          createChannel(input: $input) { channel { messages { edges { node { content } } } } userErrors { code } }
        }""",
        input=inputs,
    )

    assert again == {"createChannel": {"channel": None, "userErrors": [{"code": "NOT_FOUND"}]}}


async def test_the_last_owner_of_a_private_channel_stays_in_it(school: School) -> None:
    maker = school.people["member"]
    made = await maker.done("create_channel", workspaceId=school.workspace, name="ours", visibility="PRIVATE")
    private = made["channel"]["id"]

    refused = await maker.payload("remove_channel_member", channelId=private, userId=maker.user_id)

    assert codes(refused) == ["CONFLICT"]
    await maker.send(private, "still here")


async def test_one_person_uses_up_one_place_however_often_they_accept(school: School, newcomers: Newcomers) -> None:
    made = await school.people["owner"].done("create_invitation", workspaceId=school.workspace, uses=2, hours=1)
    eager, other = await newcomers(2)

    await asyncio.gather(*(eager.done("accept_invitation", code=made["code"]) for _ in range(5)))

    assert codes(await other.payload("accept_invitation", code=made["code"])) == []


async def test_an_invitation_outlives_no_right_of_its_maker(school: School, newcomers: Newcomers) -> None:
    owner, moderator = school.people["owner"], school.people["moderator"]
    made = await moderator.done("create_invitation", workspaceId=school.workspace, uses=5, hours=1)
    await owner.done("set_member_role", workspaceId=school.workspace, userId=moderator.user_id, role="MEMBER")
    (guest,) = await newcomers(1)

    assert codes(await guest.payload("accept_invitation", code=made["code"])) == ["EXPIRED"]


@pytest.mark.parametrize("key", ["", "x" * 129, "nul\0"])
async def test_a_key_that_will_not_do_is_refused_with_its_path(client: Client, key: str) -> None:
    payload = await client.payload("create_workspace", name="Any", idempotencyKey=key)

    assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [("INVALID", ["idempotencyKey"])]


async def test_a_malformed_id_among_others_is_null_by_itself(client: Client) -> None:
    answer = await client.answer("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[client.user_id, "x"])

    assert answer["data"] == {"nodes": [{"id": client.user_id}, None]}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["nodes", 1], "BAD_USER_INPUT")
    ]

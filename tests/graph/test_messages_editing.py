"""Edits: what was said before, and who of many makes the one edit from a revision."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.settings import CassandraSettings
from datasources.records.ids import ChannelId, MessageId, UserId
from datasources.records.messages import SendClaim
from datasources.snowflakes import first_of, unix_ms
from tests.client import Client
from tests.conftest import Newcomers
from tests.server import Server

ROUNDS = 3
EDITS = 50


@pytest.fixture
async def channel(client: Client) -> str:
    return await client.channel(await client.workspace())


@pytest.fixture
async def rooms(environment: dict[str, str], server: Server) -> AsyncIterator[CassandraRooms]:
    """The server's own store of channels."""
    del server
    settings = CassandraSettings(
        contact_points=environment["CASSANDRA_CONTACT_POINTS"], keyspace=environment["CASSANDRA_KEYSPACE"]
    )
    cluster = CassandraCluster(settings)
    store = CassandraRooms(cluster)
    await cluster.open()
    try:
        yield store
    finally:
        await cluster.close()


async def test_edits_leave_a_history_for_moderators(client: Client, newcomers: Newcomers) -> None:
    (author,) = await newcomers(1)
    workspace = await client.workspace()
    await client.invite(workspace, author)
    channel = await client.channel(workspace)
    sent = await author.send(channel, "frist")
    for content in ("fisrt", "fisrt", "first"):
        await author.done("edit_message", messageId=sent["id"], content=content)

    edited = (await client.data("message", id=sent["id"]))["node"]
    history = edited["history"]
    assert [(each["content"], each["editedAt"] is None) for each in history] == [("frist", True), ("fisrt", False)]
    revisions = [int(each["revision"]) for each in history] + [int(edited["revision"])]
    assert revisions == sorted(revisions)
    assert revisions[0] == int(sent["revision"])
    assert (await author.data("message", id=sent["id"]))["node"]["history"] is None

    await author.done("delete_message", messageId=sent["id"])
    assert (await client.data("message", id=sent["id"]))["node"] is None


async def test_of_many_edits_from_one_revision_one_is_made(client: Client, channel: str, other_server: Server) -> None:
    async with Client(other_server.url) as elsewhere:
        elsewhere.token = client.token
        sent = await client.send(channel, "0")
        for turn in range(ROUNDS):
            payloads = await asyncio.gather(
                *(
                    (client, elsewhere)[number % 2].payload(
                        "edit_message", messageId=sent["id"], content=f"edit {turn} {number}", revision=sent["revision"]
                    )
                    for number in range(EDITS)
                )
            )
            won = [payload["message"] for payload in payloads if not payload["userErrors"]]
            lost = [error for payload in payloads for error in payload["userErrors"]]
            assert len(won) == 1
            assert [(error["code"], error["path"]) for error in lost] == [("CONFLICT", ["revision"])] * (EDITS - 1)
            found = (await client.data("message", id=sent["id"]))["node"]
            assert (found["content"], found["revision"]) == (won[0]["content"], won[0]["revision"])
            assert len(found["history"]) == turn + 1
            sent = won[0]


async def test_a_claim_that_was_given_up_holds_nobody_up_for_long(
    client: Client, channel: str, rooms: CassandraRooms
) -> None:
    async def claimed(attempt: int, *, seconds_ago: int) -> None:
        await rooms.claim(
            SendClaim(
                author_id=UserId(client.user_id),
                key=f"edit\n{sent['id']}\n{sent['revision']}\n{attempt}",
                room_id=ChannelId(channel),
                snowflake=first_of(unix_ms() - seconds_ago * 1_000),
                revision=1,
                input_digest="",
            )
        )

    sent = await client.send(channel, "as it was")
    await claimed(0, seconds_ago=120)
    await claimed(1, seconds_ago=5)
    edit = {"messageId": sent["id"], "content": "changed", "revision": sent["revision"]}
    waiting = await client.payload("edit_message", **edit)

    other = sent = await client.send(channel, "as it was")
    await claimed(0, seconds_ago=120)
    await client.done("edit_message", **(edit | {"messageId": other["id"], "revision": other["revision"]}))

    assert [error["code"] for error in waiting["userErrors"]] == ["CONFLICT"]


async def test_one_of_two_that_a_fail_over_made_leads_to_the_other(
    client: Client, channel: str, rooms: CassandraRooms
) -> None:
    stands = await client.send(channel, "only once")
    twin = await client.send(channel, "only once", idempotencyKey="k")
    (found,) = await rooms.by_ids([MessageId(twin["id"])])
    assert found is not None
    alias = replace(
        found,
        content="",
        deleted_at=found.created_at,
        revision=found.revision + 1,
        alias_of=MessageId(stands["id"]),
    )
    await rooms.apply([alias])

    again = await client.send(channel, "only once", idempotencyKey="k")
    answer = await client.send(channel, "an answer", replyToId=twin["id"])
    edited = await client.done("edit_message", messageId=twin["id"], content="changed")

    assert again["id"] == edited["message"]["id"] == stands["id"]
    assert (await client.data("message", id=twin["id"]))["node"]["id"] == stands["id"]
    assert (await client.data("message", id=answer["id"]))["node"]["replyTo"]["id"] == stands["id"]

"""A refused change: what the client is told, and that nothing else was done for it."""

from collections.abc import AsyncIterator

import pytest

from tests.client import Client
from tests.server import Server, running_server


@pytest.fixture(scope="module")
async def strict(environment: dict[str, str], server: Server) -> AsyncIterator[Server]:
    """A process that lets each person send three messages and react, or what else they do, five times a minute."""
    del server  # it has made the tables
    limits = {"HOMEROOM_RATE_LIMITS": "on", "HOMEROOM_LIMIT_SENDS": "3", "HOMEROOM_LIMIT_CHANGES": "5"}
    async with running_server(environment | limits) as started:
        yield started


async def test_one_send_too_many_is_refused_with_the_seconds_to_wait_and_costs_nothing_else(strict: Server) -> None:
    async with Client(strict.url) as ada:
        await ada.sign_up()
        channel = await ada.channel(await ada.workspace())
        sent = [(await ada.send(channel, f"number {number}"))["id"] for number in range(3)]
        document = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
            message { id } userErrors { __typename code message path ... on RateLimited { retryAfter } } } }"""

        answer = await ada.answer(
            document, extensions={"roundTrips": True}, input={"roomId": channel, "content": "one too many"}
        )
        page = await ada.data("channel_page", id=channel)

    payload = answer["data"]["sendMessage"]
    (problem,) = payload["userErrors"]
    assert payload["message"] is None
    assert (problem["__typename"], problem["code"], problem["path"]) == ("RateLimited", "RATE_LIMITED", None)
    assert 1 <= problem["retryAfter"] <= 60
    assert set(answer["extensions"]["roundTrips"]) == {"redis"}
    assert [edge["node"]["id"] for edge in page["channel"]["messages"]["edges"]] == sent


async def test_each_kind_of_change_is_counted_by_itself(strict: Server) -> None:
    async with Client(strict.url) as ada:
        await ada.sign_up()
        workspace = await ada.workspace()
        renamed = [
            (await ada.payload("rename_workspace", workspaceId=workspace, name=f"School {number}"))["userErrors"]
            for number in range(6)
        ]
        channel = await ada.channel(workspace)
        again = await ada.payload("update_channel", channelId=channel, topic="still possible")

    assert [len(errors) for errors in renamed] == [0, 0, 0, 0, 0, 1]
    assert again["userErrors"] == []

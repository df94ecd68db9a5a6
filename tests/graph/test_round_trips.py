"""What one operation asks of the stores: waves do not grow with the lists."""

import asyncio
from typing import Any

from tests.client import Client
from tests.conftest import Newcomers


async def trips(client: Client, document: str, **variables: Any) -> tuple[dict[str, Any], dict[str, dict[str, int]]]:
    """The data, and waves and statements by store."""
    answer = await client.answer(document, extensions={"roundTrips": True}, **variables)
    assert "errors" not in answer, answer
    return answer["data"], answer["extensions"]["roundTrips"]


async def test_three_channels_with_authors_and_workspace_cost_a_handful_of_waves(
    client: Client, newcomers: Newcomers
) -> None:
    others = await newcomers(3)
    workspace = await client.workspace()
    await client.invite(workspace, *others)
    channels = [await client.channel(workspace) for _ in range(3)]
    writers = [client, *others]
    for channel in channels:
        await asyncio.gather(*(writers[number % 4].send(channel, f"message {number}") for number in range(55)))

    data, of_three = await trips(client, "three_channels", ids=channels)
    _, of_one = await trips(client, "three_channels", ids=channels[:1])

    for channel in data["nodes"]:
        assert len(channel["messages"]["edges"]) == 50
        assert channel["messages"]["pageInfo"]["hasPreviousPage"] is True
        assert channel["workspace"]["name"] == "A school"
        assert {edge["node"]["author"]["name"] for edge in channel["messages"]["edges"]} == {"Ada Quill"}
        assert {edge["node"]["channel"]["name"] for edge in channel["messages"]["edges"]} == {channel["name"]}
    waves = {store: counts["waves"] for store, counts in of_three.items()}
    assert waves == {store: counts["waves"] for store, counts in of_one.items()}
    assert waves == {"cassandra": 1, "mongodb": 3, "postgresql": 1}
    assert of_three["postgresql"]["statements"] == 1
    assert of_three["mongodb"]["statements"] == of_one["mongodb"]["statements"]
    assert of_three["cassandra"]["statements"] == 3 * of_one["cassandra"]["statements"]

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


async def test_what_was_put_to_a_page_of_messages_is_one_wave_more(client: Client, newcomers: Newcomers) -> None:
    (other,) = await newcomers(1)
    workspace = await client.workspace()
    await client.invite(workspace, other)
    channels = [await client.channel(workspace) for _ in range(2)]
    for channel in channels:
        first = await client.send(channel, "first")
        answers = {"replyToId": first["id"], "mentionedUserIds": [other.user_id]}
        sent = await asyncio.gather(*(client.send(channel, f"message {number}", **answers) for number in range(50)))
        for person in (client, other):
            marked = (person.done("add_reaction", messageId=message["id"], emoji="👍") for message in sent)
            await asyncio.gather(*marked)
        await asyncio.gather(
            *(client.done("set_grading_status", messageId=message["id"], status="GRADED") for message in sent[:10]),
            *(client.done("pin_message", messageId=message["id"]) for message in sent[:10]),
        )

    data, of_two = await trips(client, "marked_page", ids=channels)
    _, of_one = await trips(client, "marked_page", ids=channels[:1])

    for channel in data["nodes"]:
        messages = [edge["node"] for edge in channel["messages"]["edges"]]
        assert len(messages) == 50
        for message in messages:
            assert message["replyTo"] == {"content": "first"}
            assert message["mentions"] == [{"name": "Ada Quill"}]
            assert [(group["count"], group["viewerHasReacted"]) for group in message["reactions"]] == [(2, True)]
        assert sum(message["isPinned"] for message in messages) == 10
        assert sum(message["grading"] is not None for message in messages) == 10
    waves = {store: counts["waves"] for store, counts in of_two.items()}
    assert waves == {store: counts["waves"] for store, counts in of_one.items()}
    assert waves["cassandra"] == 2
    # Whom messages mention is known with the page, who reacted and graded with the wave after it.
    assert waves["postgresql"] <= 2

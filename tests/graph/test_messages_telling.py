"""Who is told of a message in their own log, before it is acknowledged."""

import asyncio
from typing import Any

from datasources.snowflakes import first_of, unix_ms
from tests.client import SECONDS, Client
from tests.conftest import Newcomers

START = """mutation ($input: StartConversationInput!) {
  startConversation(input: $input) { conversation { id } userErrors { code } }
}"""


async def told(person: Client, since: int, last: str) -> list[tuple[str, str]]:
    """What this person's log has of messages from this Snowflake on, up to the one that says `last`."""
    heard: list[tuple[str, str]] = []
    async with asyncio.timeout(SECONDS), person.socket() as socket:
        await socket.subscribe("told", after=f"vev_{person.user_id[4:]}_{since}")
        while not heard or heard[-1][1] != last:
            event: dict[str, Any] = (await socket.result())["viewerEvents"]
            if event["__typename"] in {"Mentioned", "DirectMessageReceived"}:
                heard.append((event["__typename"], event["message"]["content"]))
    return heard


async def test_the_mentioned_of_a_channel_and_the_others_of_a_conversation_are_told(
    client: Client, newcomers: Newcomers
) -> None:
    since = first_of(unix_ms())
    other, third = await newcomers(2)
    workspace = await client.workspace()
    await client.invite(workspace, other, third)
    channel = await client.channel(workspace)
    room = (await client.done(START, userId=other.user_id))["conversation"]["id"]
    everybody = [client.user_id, other.user_id, third.user_id]

    await client.send(channel, "to nobody")
    await client.send(channel, "to both", mentionedUserIds=everybody)
    for _ in range(2):
        await client.send(room, "to the other", idempotencyKey="once", mentionedUserIds=[other.user_id])
    await other.send(channel, "back", mentionedUserIds=[client.user_id])
    await client.send(channel, "the end", mentionedUserIds=[other.user_id, third.user_id])

    assert await told(other, since, "the end") == [
        ("Mentioned", "to both"),
        ("DirectMessageReceived", "to the other"),
        ("Mentioned", "the end"),
    ]
    assert await told(third, since, "the end") == [("Mentioned", "to both"), ("Mentioned", "the end")]
    assert await told(client, since, "back") == [("Mentioned", "back")]

"""`homeroom serve` with a database killed under load: what was acknowledged is there once, and the rest goes on."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.client import Client
from tests.server import Server, running_server

SENDERS: Final = 10
MESSAGES: Final = 50
KILL_AFTER: Final = 150
PATIENCE_SECONDS: Final = 60
STORES: Final = ("postgresql", "mongodb", "cassandra", "redis")


@pytest.fixture(scope="module")
async def whole() -> AsyncIterator[Server]:
    """A server with embedded databases of its own."""
    async with running_server({"HOMEROOM_RATE_LIMITS": "off"}) as server:
        yield server


def children(server: Server) -> dict[str, int]:
    """The process ids of the embedded servers, by store."""
    record = json.loads((Path(server.data_dir) / "endpoints.json").read_text(encoding="utf-8"))
    return {store: child["pid"] for store, child in record["children"].items()}


async def acknowledged(client: Client, channel: str, content: str) -> str:
    """The message's id; the send is repeated with its key until it is acknowledged, as a front end would."""
    inputs = {"roomId": channel, "content": content, "idempotencyKey": content}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer: dict[str, Any] = {}
            try:
                answer = await client.answer("send_bare", input=inputs)
            except httpx.TransportError:
                continue
            sent = (answer.get("data") or {}).get("sendMessage")
            if sent is not None:
                assert sent["userErrors"] == []
                found: str = sent["message"]["id"]
                return found
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert codes == {"STORE_UNAVAILABLE"}, answer
            # A front end that is told to try again later does not do so at once.
            await asyncio.sleep(0.1)


async def everything(client: Client, channel: str) -> list[dict[str, Any]]:
    """All messages of the channel, oldest first, page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await client.data("channel_page", id=channel, first=100, after=after))["channel"]["messages"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("store", STORES)
async def test_a_killed_database_loses_nothing_that_was_acknowledged(whole: Server, store: str) -> None:
    async with Client(whole.url) as client:
        await client.sign_up()
        channel = await client.channel(await client.workspace())
        victim = children(whole)[store]
        acknowledgements = 0
        killed = asyncio.Event()
        sent: dict[int, list[str]] = {sender: [] for sender in range(SENDERS)}

        async def send_all(sender: int) -> None:
            nonlocal acknowledgements
            for number in range(MESSAGES):
                sent[sender].append(await acknowledged(client, channel, f"{sender}-{number}"))
                acknowledgements += 1
                if acknowledgements == KILL_AFTER:
                    os.kill(victim, signal.SIGKILL)
                    killed.set()

        async with asyncio.TaskGroup() as group:
            for sender in range(SENDERS):
                group.create_task(send_all(sender))
        await back(client)
        found = await everything(client, channel)

    assert killed.is_set()
    ids = [message["id"] for message in found]
    snowflakes = [int(message_id.rpartition("_")[2]) for message_id in ids]
    assert snowflakes == sorted(set(snowflakes))
    assert sorted(ids) == sorted(message_id for of_sender in sent.values() for message_id in of_sender)
    for sender in range(SENDERS):
        in_order = [message["id"] for message in found if message["content"].startswith(f"{sender}-")]
        assert in_order == sent[sender]
    assert children(whole)[store] != victim


async def back(client: Client) -> None:
    """Returns when every store answers again."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        # Another process's state has no event to wait for.
        while (await client.http.get("/health")).json()["status"] != "healthy":  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.1)

"""`homeroom serve` with a database killed under load: what was acknowledged is there once, and the rest goes on."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from tests.client import Client
from tests.faults.asking import PATIENCE_SECONDS, acknowledged, everything, snowflake
from tests.server import Server, running_server

SENDERS: Final = 10
MESSAGES: Final = 50
KILL_AFTER: Final = 150
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
                content = f"{sender}-{number}"
                sent[sender].append(
                    await acknowledged(client, channel, content, key=content, refusals={"STORE_UNAVAILABLE"})
                )
                acknowledgements += 1
                if acknowledgements == KILL_AFTER:
                    os.kill(victim, signal.SIGKILL)
                    killed.set()

        async with asyncio.TaskGroup() as group:
            for sender in range(SENDERS):
                group.create_task(send_all(sender))
        await back(client)
        found = await everything(client, "drill_channel_page", channel)

    assert killed.is_set()
    ids = [message["id"] for message in found]
    snowflakes = [snowflake(message_id) for message_id in ids]
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

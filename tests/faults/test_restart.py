"""`homeroom serve` killed and started again: what was acknowledged is there, and nothing outlives it."""

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client
from tests.end_to_end.test_serve import refused
from tests.scratch import scratch
from tests.server import Server, running_server

DEMO = {"email": "teacher@example.org", "password": "homeroom"}


async def demo_channel(client: Client) -> str:
    """The first channel of the demo teacher, who is signed in with this."""
    client.token = (await client.done("sign_in", **DEMO))["token"]
    found = await client.data(
        "{ viewer { workspaces(first: 5) { edges { node { channels(first: 5) { edges { node { id } } } } } } } }"
    )
    workspace = found["viewer"]["workspaces"]["edges"][0]["node"]
    channel: str = workspace["channels"]["edges"][0]["node"]["id"]
    return channel


async def days_back(client: Client, channel: str) -> list[str]:
    """The contents of all messages, oldest first, read from the newest page back."""
    found: list[str] = []
    before = None
    while True:
        page = (await client.data("channel_page", id=channel, last=100, before=before))["channel"]["messages"]
        found[:0] = [edge["node"]["content"] for edge in page["edges"]]
        if not page["pageInfo"]["hasPreviousPage"]:
            return found
        before = page["pageInfo"]["startCursor"]


def children(server: Server) -> list[int]:
    record = json.loads((server.data_dir / "endpoints.json").read_text(encoding="utf-8"))
    return [child["pid"] for child in record["children"].values()]


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=scratch(), prefix="homeroom-restart-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("arguments", [(), ("--without", "cassandra")], ids=["whole", "without-cassandra"])
async def test_a_start_after_kill_9_has_all_that_was_acknowledged(arguments: tuple[str, ...], data_dir: Path) -> None:
    async with running_server({}, *arguments, data_dir=data_dir) as server, Client(server.url) as teacher:
        channel = await demo_channel(teacher)
        planted = await days_back(teacher, channel)
        await teacher.send(channel, "before the crash")
        code, message = await refused({}, data_dir=data_dir)
        orphans = children(server)
        await server.stop(signal.SIGKILL)

    async with running_server({}, *arguments, data_dir=data_dir) as again, Client(again.url) as teacher:
        await demo_channel(teacher)
        found = await days_back(teacher, channel)
        stopped = children(again)
        ended = await again.stop(signal.SIGINT)

    assert any("teacher@example.org" in line for line in server.lines)
    assert code == 1
    assert f"process {server.process.pid}" in message
    assert found == [*planted, "before the crash"]
    assert ended == 0
    assert [pid for pid in (*orphans, *stopped) if running(pid)] == []

"""The same key gives the same message: on two processes, over a kill and a restart, in every kind of room."""

import asyncio
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.client import Client
from tests.faults.asking import acknowledged, everything
from tests.faults.load import Room
from tests.scratch import scratch
from tests.server import Server, running_server

MESSAGES: Final = 30
KILL_AFTER: Final = 20


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=scratch(), prefix="homeroom-again-") as folder:
        yield Path(folder)


async def test_a_key_stands_for_one_message_wherever_it_is_repeated(
    environment: dict[str, str], server: Server, data_dir: Path
) -> None:
    async with Client(server.url) as ada, Client(server.url) as ben:
        await asyncio.gather(ada.sign_up("Ada"), ben.sign_up("Ben"))
        workspace = await ada.workspace()
        await ada.invite(workspace, ben)
        direct = (await ada.done("start_conversation", userId=ben.user_id))["conversation"]["id"]
        group = (await ada.done("create_group", name="Group", userIds=[ben.user_id]))["conversation"]["id"]
        rooms = [
            Room(await ada.channel(workspace), "drill_channel_page", ""),
            Room(direct, "drill_conversation_page", ""),
            Room(group, "drill_conversation_page", ""),
        ]
        wanted = [(room, f"{room.id[-4:]}-{number}") for number in range(MESSAGES) for room in rooms]
        first: dict[str, str] = {}

        async with running_server(environment, data_dir=data_dir) as other:
            there = as_on(other, ada)
            await asyncio.gather(*(note(first, there, room, key, until_killed=other) for room, key in wanted))
            await there.http.aclose()
            assert KILL_AFTER <= len(first) < len(wanted)
            second = await each(ada, wanted)

        async with running_server(environment, data_dir=data_dir) as again:
            there = as_on(again, ada)
            third, fourth = await asyncio.gather(each(there, wanted), each(ada, wanted))
            await there.http.aclose()

        assert first.items() <= second.items()
        assert second == third == fourth
        for room in rooms:
            found = Counter(message["content"] for message in await everything(ada, room.page, room.id))
            assert found == Counter(key for of, key in wanted if of is room)


def as_on(server: Server, person: Client) -> Client:
    """The same person's client on another process."""
    client = Client(server.url)
    client.token, client.user_id = person.token, person.user_id
    return client


async def note(first: dict[str, str], person: Client, room: Room, key: str, *, until_killed: Server) -> None:
    try:
        answer = await person.answer("send_bare", input={"roomId": room.id, "content": key, "idempotencyKey": key})
    except httpx.TransportError:
        return  # killed, before or after the message was written: nobody knows
    first[key] = answer["data"]["sendMessage"]["message"]["id"]
    if len(first) == KILL_AFTER:
        os.kill(until_killed.process.pid, signal.SIGKILL)


async def each(person: Client, wanted: list[tuple[Room, str]]) -> dict[str, str]:
    """The id that each key gives now."""
    ids = await asyncio.gather(*(acknowledged(person, room.id, key, key=key) for room, key in wanted))
    return dict(zip((key for _, key in wanted), ids, strict=True))

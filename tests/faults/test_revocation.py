"""A removal while a process is paused, or while Redis is away: the removed hear nothing that is sent after it."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed

from tests.client import Client, Socket
from tests.datasources.events.valkey import OwnValkey, own_valkey
from tests.server import Server, running_server

ROUNDS: Final = 5
SECONDS_TO_GIVE_UP: Final = 1.0
SECONDS_TO_END: Final = 4.0
"""Each process looks everything up every second while Redis is away; a busy machine takes its time."""


@dataclass(frozen=True, slots=True)
class Pair:
    first: Server
    second: Server
    valkey: OwnValkey


@pytest.fixture
async def pair(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Pair]:
    """Two processes of this test's own, on a Valkey of its own."""
    async with own_valkey(tmp_path) as valkey:
        settings = environment | {"REDIS_URL": valkey.url}
        async with running_server(settings) as first, running_server(settings) as second:
            yield Pair(first, second, valkey)


@pytest.fixture
async def people(pair: Pair) -> AsyncIterator[tuple[Client, Client]]:
    async with Client(pair.first.url) as owner, Client(pair.second.url) as member:
        await asyncio.gather(owner.sign_up(), member.sign_up())
        yield owner, member


async def channel_of_two(owner: Client, member: Client, workspace: str) -> str:
    channel = await owner.channel(workspace, visibility="PRIVATE")
    await owner.done("add_channel_member", channelId=channel, userId=member.user_id)
    return channel


async def listen(member: Client, owner: Client, socket: Socket, channel: str) -> None:
    """Returns when the member has heard a message on this socket, so that the right to it was just confirmed."""
    cursor = (await member.data("channel_page", id=channel))["channel"]["eventCursor"]
    await socket.subscribe("channel_events", channelId=channel, after=cursor)
    await owner.send(channel, "before")
    assert content_of(await socket.heard()) == "before"


def content_of(message: dict[str, Any]) -> str:
    """What an event says, or the code that a stream ended with."""
    payload = message["payload"]
    if message["type"] == "error":
        return str(payload[0]["extensions"]["code"])
    return str(payload["data"]["channelEvents"]["message"]["content"])


async def test_a_paused_process_delivers_nothing_when_it_goes_on(pair: Pair, people: tuple[Client, Client]) -> None:
    owner, member = people
    workspace = await owner.workspace()
    await owner.invite(workspace, member)
    for _ in range(ROUNDS):
        channel = await channel_of_two(owner, member, workspace)
        async with member.socket() as socket:
            await listen(member, owner, socket, channel)
            os.kill(pair.second.process.pid, signal.SIGSTOP)
            try:
                began = time.monotonic()
                await owner.done("remove_channel_member", channelId=channel, userId=member.user_id)
                seconds = time.monotonic() - began
                await owner.send(channel, "after")
            finally:
                os.kill(pair.second.process.pid, signal.SIGCONT)

            assert content_of(await socket.heard()) == "FORBIDDEN"
            assert seconds >= SECONDS_TO_GIVE_UP


async def test_a_removal_while_redis_is_away_ends_idle_streams_on_every_process(
    pair: Pair, people: tuple[Client, Client]
) -> None:
    owner, member = people
    workspace = await owner.workspace()
    await owner.invite(workspace, member)
    channels = [await channel_of_two(owner, member, workspace) for _ in range(2)]
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(member.socket()) for _ in channels]
        for socket, channel in zip(sockets, channels, strict=True):
            await listen(member, owner, socket, channel)
        pair.valkey.kill()

        await owner.done("remove_channel_member", channelId=channels[0], userId=member.user_id)
        acknowledged = time.monotonic()
        await owner.send(channels[0], "after")
        assert content_of(await sockets[0].heard()) == "FORBIDDEN"
        seconds = time.monotonic() - acknowledged

        # The other stream goes on, from the log.
        await owner.send(channels[1], "still")
        assert content_of(await sockets[1].heard()) == "still"
        await pair.valkey.start()
        await owner.done("remove_channel_member", channelId=channels[1], userId=member.user_id)
        await owner.send(channels[1], "after")
        assert content_of(await sockets[1].heard()) == "FORBIDDEN"
    assert seconds < SECONDS_TO_END


async def test_signing_out_everywhere_while_redis_is_away_closes_idle_sockets(
    pair: Pair, people: tuple[Client, Client]
) -> None:
    _, member = people
    async with Client(pair.first.url) as elsewhere, member.socket() as socket:
        elsewhere.token = member.token
        pair.valkey.kill()

        await elsewhere.data("mutation { signOutEverywhere { ended } }")
        acknowledged = time.monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.heard()
        seconds = time.monotonic() - acknowledged

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    assert seconds < SECONDS_TO_END

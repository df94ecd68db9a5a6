"""`homeroom serve --workers 2`: both serve, one that dies is replaced, and none outlives the server."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from datasources.records.ids import split_message_id
from datasources.snowflakes import worker_of
from tests.client import Client
from tests.server import Server, running_server

MESSAGES: Final = 100
SECONDS: Final = 60


@pytest.fixture(scope="module")
async def shared(environment: dict[str, str], server: Server) -> AsyncIterator[Server]:
    del server  # it has made the tables
    async with running_server(environment, "--workers", "2") as started:
        yield started


@pytest.fixture
async def own(environment: dict[str, str], server: Server) -> AsyncIterator[Server]:
    """A server that a test may stop or kill."""
    del server
    async with running_server(environment, "--workers", "2") as started:
        yield started


def workers(server: Server) -> list[int]:
    """The process ids of the server's children, in the order of their start."""
    pid = server.process.pid
    return sorted(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def worker_behind(client: Client) -> int:
    """The number of the worker that holds the client's one connection."""
    number: int = (await client.http.get("/livez")).json()["worker"]
    return number


@asynccontextmanager
async def at(server: Server, worker: int, *, like: Client | None = None) -> AsyncIterator[Client]:
    """Somebody whose one connection is with this worker, and stays."""
    async with asyncio.timeout(SECONDS):
        while True:
            client = Client(server.url)
            try:
                found = await worker_behind(client)
            except httpx.TransportError:  # of a worker that is just being killed
                found = 0
            if found == worker:
                break
            await client.http.aclose()
    async with client:
        if like is not None:
            client.token, client.user_id = like.token, like.user_id
        yield client


async def test_both_serve_and_hear_each_other(shared: Server) -> None:
    async with at(shared, 1) as one:
        await one.sign_up()
        channel = await one.channel(await one.workspace())
        cursor = (await one.data("channel_page", id=channel))["channel"]["eventCursor"]
        async with (
            at(shared, 2, like=one) as other,
            other.stream("channel_events", channelId=channel, after=cursor) as events,
        ):
            sent = await one.send(channel, "from one to the other")
            heard = await anext(events)

    assert heard["data"]["channelEvents"]["message"]["id"] == sent["id"]


async def test_ids_made_by_both_at_once_are_distinct_each_with_its_workers_id(shared: Server) -> None:
    async with at(shared, 1) as one:
        await one.sign_up()
        channel = await one.channel(await one.workspace())
        async with at(shared, 2, like=one) as other:

            async def send(person: Client, worker: int) -> list[int]:
                made = [(await person.send(channel, f"{number}"))["id"] for number in range(MESSAGES)]
                assert await worker_behind(person) == worker
                return [place[1] for each in made if (place := split_message_id(each)) is not None]

            of_one, of_other = await asyncio.gather(send(one, 1), send(other, 2))

    assert len({*of_one, *of_other}) == 2 * MESSAGES
    ids = [{worker_of(snowflake) for snowflake in each} for each in (of_one, of_other)]
    assert [len(each) for each in ids] == [1, 1]
    assert ids[0] != ids[1]


async def test_one_that_is_killed_is_replaced_while_the_other_serves(shared: Server) -> None:
    before = workers(shared)
    assert len(before) == 2
    async with at(shared, 2) as other:
        await other.sign_up()
        channel = await other.channel(await other.workspace())
        os.kill(before[0], signal.SIGKILL)

        for number in range(20):
            await other.send(channel, f"{number}")
        async with at(shared, 1, like=other) as again:
            await again.send(channel, "through its successor")

    after = workers(shared)
    assert before[0] not in after
    assert before[1] in after
    assert len(after) == 2
    assert [line for line in shared.lines if "started again" in line and "worker=1" in line]


async def test_a_stop_in_order_sends_clients_elsewhere_and_leaves_nothing(own: Server) -> None:
    pids = workers(own)
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(at(own, number)) for number in (1, 2)]
        await asyncio.gather(*(person.sign_up() for person in people))
        sockets = [await stack.enter_async_context(person.socket()) for person in people]

        code = await own.stop()

        for socket in sockets:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.heard()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        with pytest.raises(httpx.ConnectError):
            async with Client(own.url) as late:
                await late.http.get("/livez")
    assert code == 0
    assert [pid for pid in pids if running(pid)] == []


async def test_no_worker_outlives_a_server_that_is_killed(own: Server) -> None:
    pids = workers(own)

    await own.stop(signal.SIGKILL)

    async with asyncio.timeout(SECONDS):
        while any(running(pid) for pid in pids):  # noqa: ASYNC110 - they are not our children: nobody tells us
            await asyncio.sleep(0.05)


async def test_workers_that_cannot_start_stop_the_start(environment: dict[str, str], tmp_path: Path) -> None:
    place = urlsplit(environment["REDIS_URL"])
    wrong = environment | {"REDIS_URL": f"redis://:wrong@{place.hostname}:{place.port}/0"}
    with pytest.raises(RuntimeError) as refused:
        async with running_server(wrong, "--workers", "2", data_dir=tmp_path):
            pass

    message = " ".join(str(refused.value).split())
    assert "REDIS_URL" in message
    assert "ended while it started" in message
    assert "Traceback" not in message

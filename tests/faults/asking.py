"""What a front end asks while a store or process is away, and asks again until it is answered."""

import asyncio
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from typing import Any, Final

import httpx

from tests.client import Client, Socket

PATIENCE_SECONDS: Final = 120
AWAY: Final = frozenset({"STORE_UNAVAILABLE", "OPERATION_TIMED_OUT"})


async def acknowledged(person: Client, room: str, content: str, *, key: str, refusals: AbstractSet[str] = AWAY) -> str:
    """The message's id; the send is repeated with its key until it is acknowledged, as a front end would.

    It may be refused with one of these codes only.
    """
    inputs = {"roomId": room, "content": content, "idempotencyKey": key}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer: dict[str, Any] = {}
            try:
                answer = await person.answer("send_bare", input=inputs)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            sent = (answer.get("data") or {}).get("sendMessage")
            if sent is not None:
                assert sent["userErrors"] == [], answer
                found: str = sent["message"]["id"]
                return found
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert set() < codes <= refusals, answer
            # A front end that is told to try again later does not do so at once.
            await asyncio.sleep(0.1)


async def everything(person: Client, page: str, room: str) -> list[dict[str, Any]]:
    """All messages of the room, oldest first, by this operation, page by page; each page has to be complete."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = await person.data(page, id=room, first=100, after=after)
        messages = next(iter(answer.values()))["messages"]
        assert messages["complete"]
        found += [edge["node"] for edge in messages["edges"]]
        if not messages["pageInfo"]["hasNextPage"]:
            return found
        after = messages["pageInfo"]["endCursor"]


async def events_of(socket: Socket) -> AsyncIterator[dict[str, Any]]:
    """What the only stream of this socket tells, until it ends or tells of nothing."""
    while (message := await socket.heard())["type"] == "next":
        event: dict[str, Any] | None = next(iter((message["payload"].get("data") or {}).values()), None)
        if event is None:
            return
        yield event


def snowflake(message_id: str) -> int:
    return int(message_id.rpartition("_")[2])

"""Look-ups in rooms of several kinds, whose stores fail one by one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from datasources.errors import Unavailable
from datasources.records.ids import RoomId

Room = TypeVar("Room", bound=RoomId)
A = TypeVar("A")


async def each_kind(
    rooms: Sequence[Room], ask: Callable[[list[Room]], Awaitable[Sequence[A | Exception]]]
) -> list[A | Exception]:
    """The answers in the order of the rooms, asked once a kind; an outage is the answer for the rooms of its kind."""
    parts: dict[str, list[Room]] = {}
    for room_id in dict.fromkeys(rooms):
        parts.setdefault(room_id[:3], []).append(room_id)

    async def one(part: list[Room]) -> Sequence[A | Exception]:
        try:
            return await ask(part)
        except Unavailable as away:
            return [away] * len(part)

    answers: dict[RoomId, A | Exception] = {}
    for part, found in zip(parts.values(), await asyncio.gather(*map(one, parts.values())), strict=True):
        answers.update(zip(part, found, strict=True))
    return [answers[room_id] for room_id in rooms]

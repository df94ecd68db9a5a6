"""All rooms behind one store: each question goes to the store of its room's kind, all of them at the same time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final, TypeVar

from datasources.errors import Unavailable
from datasources.records.changes import C, Change, R, RoomEvent
from datasources.records.ids import MessageId, RoomId, split_message_id
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import Page, PageArguments
from datasources.stores import RoomStore

KINDS: Final = ("chn", "dir", "grp", "usr")

Q = TypeVar("Q")
A = TypeVar("A")


class Rooms:
    """Implements `RoomStore`. `stores` has one for each of `KINDS`, the first letters of a room's id."""

    def __init__(self, stores: Mapping[str, RoomStore]) -> None:
        self._stores = {kind: stores[kind] for kind in KINDS}

    async def claim(self, claim: SendClaim) -> SendClaim:
        return await self._of(claim.room_id).claim(claim)

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        return await self._of(claim.room_id).claimed(claim)

    async def write(self, event: RoomEvent) -> RoomEvent:
        return await self._of(event.room_id).write(event)

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        return await self._each(events, lambda event: event.room_id, lambda store, part: store.write_many(part))

    async def apply(self, changes: Sequence[Change]) -> None:
        async def some(store: RoomStore, part: list[Change]) -> list[None]:
            await store.apply(part)
            return [None] * len(part)

        await self._each(changes, lambda change: change.room_id, some)

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        return await self._each(ids, _room_of, lambda store, part: store.by_ids(part))

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        async def some(store: RoomStore, part: list[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
            try:
                return await store.pages(part)
            except Unavailable as away:
                return [away] * len(part)

        return await self._each(requests, lambda request: request[0], some)

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        return await self._each(ids, _room_of, lambda store, part: store.history(part))

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        return await self._each(ids, _room_of, lambda store, part: store.of_messages(kind, part))

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        return await self._each(rooms, lambda room_id: room_id, lambda store, part: store.of_rooms(kind, part, limit))

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        return await self._each(changes, lambda change: change.room_id, lambda store, part: store.stored(part))

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        return await self._of(room_id).events(room_id, after, limit)

    async def log_start(self, room_id: RoomId) -> int:
        return await self._of(room_id).log_start(room_id)

    def _of(self, room_id: RoomId) -> RoomStore:
        return self._stores[room_id[:3]]

    async def _each(
        self,
        questions: Sequence[Q],
        room_of: Callable[[Q], RoomId],
        ask: Callable[[RoomStore, list[Q]], Coroutine[Any, Any, Sequence[A]]],
    ) -> list[A]:
        """The answers in the order of the questions; each store is asked once."""
        parts: dict[str, list[int]] = {}
        for place, question in enumerate(questions):
            parts.setdefault(room_of(question)[:3], []).append(place)
        answers: dict[int, A] = {}
        found = await asyncio.gather(
            *(ask(self._stores[kind], [questions[place] for place in places]) for kind, places in parts.items())
        )
        for places, part in zip(parts.values(), found, strict=True):
            answers.update(zip(places, part, strict=True))
        return [answers[place] for place in range(len(questions))]


def _room_of(message_id: MessageId) -> RoomId:
    place = split_message_id(message_id)
    if place is None:
        raise ValueError(f"{message_id} is not the id of a message")
    return place[0]

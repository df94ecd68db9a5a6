"""Reads by keys: the first store alone while nothing is believed to be owed to it, otherwise what is owed, then it.

In this order: what the sweeper moves in between is in one of the two, or in both.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from datasources.errors import Unavailable
from datasources.layers.handoff.belief import Belief
from datasources.layers.handoff.sides import First, Owing
from datasources.records.changes import C, R, folded
from datasources.records.conversations import Conversation
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import HISTORY_MAXIMUM, Message
from datasources.stores import RoomStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    """What each store answered, in the order of the questions; None of one that was away or had not to be asked.

    `away` is the outage that may have hidden something.
    """

    owed: Sequence[T] | None
    standing: Sequence[T] | None
    away: Unavailable | None

    @property
    def sources(self) -> list[Sequence[T]]:
        return [source for source in (self.standing, self.owed) if source is not None]


class Reader:
    def __init__(self, first: First, second: Owing, belief: Belief, *, mirrored: bool) -> None:
        self._first = first
        self._second = second
        self._belief = belief
        self._mirrored = mirrored

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        """Raises `Unavailable` where one is not found and a store was away that may have it."""
        found = await self._both(lambda store: store.by_ids(ids))
        return _newest(found)

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        """As `by_ids`."""
        found = await self._both(lambda store: store.stored(changes))
        return _newest(found)

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        found = await self._both(lambda store: store.history(ids))
        if found.standing is None and not self._mirrored and found.away is not None:
            raise found.away
        if found.owed is None and found.standing is not None:
            return list(found.standing)
        # A deletion that is owed takes the history of the first store with it, and an edit there is behind no more.
        current = await self.by_ids(ids)
        return [
            _earlier(message, [each for source in found.sources for each in source[place]])
            for place, message in enumerate(current)
        ]

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        """Without the first store, where it is not mirrored, there is an answer for messages that are owed alone."""
        found = await self._both(lambda store: store.of_messages(kind, ids))
        if found.standing is None and not self._mirrored:
            await self.by_ids(ids)
        return _merged(found, len(ids))

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        """Raises `Unavailable` for a room of which nothing could be said, or no more than that there is none."""
        found = await self._both(lambda store: store.of_rooms(kind, rooms, limit))
        merged = _merged(found, len(rooms))
        if found.away is not None:
            if found.standing is None and not self._mirrored:
                raise found.away
            if kind is Conversation and not all(merged):
                raise found.away
        return [records[:limit] for records in merged]

    async def _both(self, question: Callable[[RoomStore], Coroutine[Any, Any, Sequence[T]]]) -> _Found[T]:
        owed: Sequence[T] | None = None
        away: Unavailable | None = None
        try:
            if await self._belief.owes():
                owed = await self._second.ask(question(self._second.store))
        except Unavailable as second_away:
            away = second_away
        try:
            return _Found(owed, await self._first.ask(question(self._first.store)), away)
        except Unavailable as first_away:
            if away is not None:
                raise
            if owed is None:
                owed = await self._second_instead(question, first_away)
            return _Found(owed, None, first_away)

    async def _second_instead(
        self, question: Callable[[RoomStore], Coroutine[Any, Any, Sequence[T]]], away: Unavailable
    ) -> Sequence[T]:
        try:
            return await self._second.ask(question(self._second.store))
        except Unavailable as both:
            raise away from both


def _newest(found: _Found[C | None]) -> list[C | None]:
    answers: list[C | None] = []
    for each in zip(*found.sources, strict=True):
        newest = folded(change for change in each if change is not None)
        answers.append(next(iter(newest.values()), None))
    if found.away is not None and None in answers:
        raise found.away
    return answers


def _merged(found: _Found[Sequence[R]], count: int) -> list[Sequence[R]]:
    """The newest revision of each record, in the order of the first store."""
    if len(found.sources) == 1:
        return list(found.sources[0])
    return [list(folded(*(source[place] for source in found.sources)).values()) for place in range(count)]


def _earlier(message: Message | None, revisions: Sequence[Message]) -> Sequence[Message]:
    """The newest revisions before this one, oldest first, each once."""
    if message is None or message.deleted_at is not None:
        return ()
    by_revision = {each.revision: each for each in revisions if each.revision < message.revision}
    return [by_revision[revision] for revision in sorted(by_revision)[-HISTORY_MAXIMUM:]]

"""Pages of messages out of both stores, in waves: those of all rooms are read at the same time.

A round asks the second store for its pages, then the first; then the second for the messages of the first's pages,
since a deletion that is owed is in no page; then the first for all of them, since the sweeper moves on meanwhile.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datasources.errors import Unavailable
from datasources.layers.handoff.belief import Belief
from datasources.layers.handoff.merging import Merge
from datasources.layers.handoff.sides import First, Owing, Side
from datasources.records.changes import folded
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import Message
from datasources.records.pages import Edge, Page, PageArguments, page_of

Request = tuple[RoomId, PageArguments]
Answer = Page[Message] | Exception


@dataclass(slots=True)
class _Reading:
    """One page under way: the merge of its messages, and beyond each of its bounds one of a single message."""

    request: Request
    main: Merge
    older: Merge | None
    newer: Merge | None
    first_failed: Exception | None = None
    second_failed: Exception | None = None

    @classmethod
    def begin(cls, request: Request) -> "_Reading":
        room_id, arguments = request
        above = None if arguments.after is None else int(arguments.after)
        below = None if arguments.before is None else int(arguments.before)
        return cls(
            request,
            Merge(room_id, arguments.size + 1, above, below, arguments.from_end),
            None if above is None else Merge(room_id, 1, below=above + 1, from_end=True),
            None if below is None else Merge(room_id, 1, above=below - 1),
        )

    @property
    def open(self) -> list[Merge]:
        if self.first_failed is not None or self.second_failed is not None:
            return []
        return [merge for merge in (self.main, self.older, self.newer) if merge is not None and not merge.done]

    def page(self) -> Page[Message]:
        size, from_end = self.request[1].size, self.request[1].from_end
        shown = self.main.live[:size]
        more = len(self.main.live) > size or self.main.cut_short
        if from_end:
            shown.reverse()
        return page_of(
            [Edge(message.id, message) for message in shown],
            has_next=(self.newer is not None and self.newer.any_found) or (more and not from_end),
            has_previous=(self.older is not None and self.older.any_found) or (more and from_end),
        )


class Pager:
    def __init__(self, first: First, second: Owing, belief: Belief, *, mirrored: bool) -> None:
        self._first = first
        self._second = second
        self._belief = belief
        self._mirrored = mirrored

    async def pages(self, requests: Sequence[Request]) -> list[Answer]:
        try:
            owes = await self._belief.owes()
        except Unavailable as away:
            answers = await _pages(self._first, requests)
            return [_without(answer, away, self._second.name) for answer in answers]
        if not owes:
            answers = await _pages(self._first, requests)
            outages = [answer if isinstance(answer, Unavailable) else None for answer in answers]
            return await self._instead(requests, answers, outages)
        readings = [_Reading.begin(request) for request in requests]
        while under_way := [(reading, merge) for reading in readings for merge in reading.open]:
            await self._round(under_way)
        return await asyncio.gather(*(self._answer(reading) for reading in readings))

    async def _round(self, under_way: Sequence[tuple[_Reading, Merge]]) -> None:
        requests = [merge.request for _, merge in under_way]
        owed = await _pages(self._second, requests)
        standing = await _pages(self._first, requests)
        read: list[tuple[_Reading, Merge, Page[Message], Page[Message]]] = []
        for (reading, merge), of_second, of_first in zip(under_way, owed, standing, strict=True):
            if isinstance(of_second, Exception):
                reading.second_failed = of_second
            elif isinstance(of_first, Exception):
                reading.first_failed = of_first
            else:
                read.append((reading, merge, of_second, of_first))
        both = [page for _, _, *pages in read for page in pages]
        hints = await _by_ids(self._second, _ids(of_first for *_, of_first in read))
        again = await _by_ids(self._first, _ids(both))
        for reading, merge, of_second, of_first in read:
            if isinstance(hints, Unavailable):
                reading.second_failed = hints
            elif isinstance(again, Unavailable):
                reading.first_failed = again
            else:
                pages = (of_second, of_first)
                shown = [edge.node for page in pages for edge in page.edges]
                found = [message for each in shown for source in (hints, again) if (message := source.get(each.id))]
                newest = folded(shown, found).values()
                merge.take(pages, {message.id: message for message in newest})

    async def _answer(self, reading: _Reading) -> Answer:
        if reading.second_failed is not None:
            (answer,) = await _pages(self._first, [reading.request])
            return _without(answer, reading.second_failed, self._second.name)
        if reading.first_failed is not None:
            return await self._second_alone(reading.request, reading.first_failed)
        return reading.page()

    async def _instead(
        self, requests: Sequence[Request], answers: Sequence[Answer], outages: Sequence[Unavailable | None]
    ) -> list[Answer]:
        """The same answers, and for each outage of the first store what the second can say."""

        async def one(request: Request, answer: Answer, away: Unavailable | None) -> Answer:
            return answer if away is None else await self._second_alone(request, away)

        return await asyncio.gather(*map(one, requests, answers, outages))

    async def _second_alone(self, request: Request, failure: Exception) -> Answer:
        """Mirrored, all is there but what the first store may owe the second; otherwise, what is owed."""
        if not isinstance(failure, Unavailable):
            return failure
        (answer,) = await _pages(self._second, [request])
        if isinstance(answer, Unavailable):
            return failure
        page = _without(answer, failure, self._first.name)
        if self._mirrored or isinstance(page, Exception):
            return page
        return replace(page, page_info=replace(page.page_info, has_previous_page=True))


async def _pages(side: Side[Any], requests: Sequence[Request]) -> list[Answer]:
    try:
        answers: list[Answer] = await side.ask(side.store.pages(requests))
    except Unavailable as away:
        return [away] * len(requests)
    return answers


async def _by_ids(side: Side[Any], ids: Sequence[MessageId]) -> dict[MessageId, Message] | Unavailable:
    if not ids:
        return {}
    try:
        found: list[Message | None] = await side.ask(side.store.by_ids(ids))
    except Unavailable as away:
        return away
    return {message.id: message for message in found if message is not None}


def _ids(pages: Iterable[Page[Message]]) -> list[MessageId]:
    return list(dict.fromkeys(edge.node.id for page in pages for edge in page.edges))


def _without(answer: Answer, failure: Exception, missing: str) -> Answer:
    """The page of one store, saying that the other one could not be looked at."""
    if isinstance(answer, Exception):
        return answer
    if not isinstance(failure, Unavailable):
        return failure
    return replace(answer, complete=False, missing=missing)

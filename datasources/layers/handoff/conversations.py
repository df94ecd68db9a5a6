"""Somebody's conversations of two, out of both stores that keep them."""

from collections.abc import Sequence
from dataclasses import replace

from datasources.errors import Unavailable
from datasources.layers.handoff.pair import Handoff
from datasources.records.changes import rank
from datasources.records.conversations import Conversation
from datasources.records.ids import ConversationId, UserId
from datasources.records.pages import Edge, Page, PageArguments, page_of
from datasources.stores import ConversationStore

Request = tuple[UserId, PageArguments]


class HandedOverConversations:
    """Implements `ConversationStore`, read as the rooms of `handoff` are: what is owed first.

    While something is owed, a conversation whose latest message is owed may be met again on a later page, at the place
    that it had without it.
    """

    def __init__(self, first: ConversationStore, second: ConversationStore, handoff: Handoff) -> None:
        self._first = first
        self._second = second
        self._handoff = handoff

    async def of_users(self, requests: Sequence[Request]) -> list[Page[Conversation]]:
        wider = [(user_id, replace(arguments, size=arguments.size + 1)) for user_id, arguments in requests]
        away: Unavailable | None = None
        try:
            owed = await self._of_second(wider) if await self._handoff.belief.owes() else None
        except Unavailable as second_away:
            owed, away = None, second_away
        if owed is None:
            return await self._first_alone(requests, away)
        try:
            standing = await self._of_first(wider)
        except Unavailable as first_away:
            return _without(await self._of_second(requests), first_away)
        return [_merged(pages, arguments) for (_, arguments), *pages in zip(requests, owed, standing, strict=True)]

    async def _first_alone(self, requests: Sequence[Request], away: Unavailable | None) -> list[Page[Conversation]]:
        try:
            pages = await self._of_first(requests)
        except Unavailable as first_away:
            if away is not None:
                raise
            try:
                return _without(await self._of_second(requests), first_away)
            except Unavailable as both:
                raise first_away from both
        return pages if away is None else _without(pages, away)

    async def _of_first(self, requests: Sequence[Request]) -> list[Page[Conversation]]:
        return await self._handoff.first.ask(self._first.of_users(requests))

    async def _of_second(self, requests: Sequence[Request]) -> list[Page[Conversation]]:
        return await self._handoff.second.ask(self._second.of_users(requests))


def _without(pages: Sequence[Page[Conversation]], away: Unavailable) -> list[Page[Conversation]]:
    return [replace(page, complete=False, missing=away.store) for page in pages]


def _merged(pages: Sequence[Page[Conversation]], arguments: PageArguments) -> Page[Conversation]:
    """Each store was asked for one more than is shown; beyond the last of a store that has more, nothing is certain."""
    edges: dict[ConversationId, Edge[Conversation]] = {}
    for page in pages:
        for edge in page.edges:
            known = edges.get(edge.node.id)
            edges[edge.node.id] = edge if known is None else _newest(known, edge)
    ends = [
        int(page.edges[0 if arguments.from_end else -1].cursor) for page in pages if len(page.edges) > arguments.size
    ]
    # The latest come first: a walk from the start ends at the greatest of the last ones, one from the end at the least.
    ordered = sorted(edges.values(), key=lambda edge: int(edge.cursor), reverse=True)
    if arguments.from_end:
        certain = [edge for edge in ordered if not ends or int(edge.cursor) <= min(ends)]
        shown = certain[max(0, len(certain) - arguments.size) :]
    else:
        certain = [edge for edge in ordered if not ends or int(edge.cursor) >= max(ends)]
        shown = certain[: arguments.size]
    more = len(ordered) > len(shown)
    return page_of(
        shown,
        has_next=any(page.page_info.has_next_page for page in pages) or (more and not arguments.from_end),
        has_previous=any(page.page_info.has_previous_page for page in pages) or (more and arguments.from_end),
    )


def _newest(one: Edge[Conversation], other: Edge[Conversation]) -> Edge[Conversation]:
    """The place of the latest message, and the newest revision of the conversation."""
    later = max(one, other, key=lambda edge: int(edge.cursor))
    node = max(one.node, other.node, key=rank)
    return Edge(later.cursor, node)

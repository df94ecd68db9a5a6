"""Somebody's conversations of two, out of both stores that keep them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from datasources.errors import Unavailable
from datasources.layers.handoff.pair import Handoff
from datasources.records.changes import rank
from datasources.records.conversations import Conversation
from datasources.records.ids import ConversationId, UserId
from datasources.records.pages import Edge, Page, PageArguments, page_of
from datasources.stores import ConversationStore

Request = tuple[UserId, PageArguments]


READ_MAXIMUM: Final = 500


class HandedOverConversations:
    """Implements `ConversationStore`, read as the rooms of `handoff` are: what is owed first.

    A message that is owed moves its conversation in one store's list and not in the other's, from any place to any
    other. So while something is owed the list is read whole, the 500 that were active last, and the page cut out of it.
    """

    def __init__(self, first: ConversationStore, second: ConversationStore, handoff: Handoff) -> None:
        self._first = first
        self._second = second
        self._handoff = handoff

    async def of_users(self, requests: Sequence[Request]) -> list[Page[Conversation]]:
        whole = [(user_id, PageArguments(size=READ_MAXIMUM)) for user_id, _ in requests]
        away: Unavailable | None = None
        try:
            owed = await self._of_second(whole) if await self._handoff.belief.owes() else None
        except Unavailable as second_away:
            owed, away = None, second_away
        if owed is None:
            return await self._first_alone(requests, away)
        try:
            standing = await self._of_first(whole)
        except Unavailable:
            return _without(await self._of_second(requests), self._handoff.first.name)
        return [_merged(pages, arguments) for (_, arguments), *pages in zip(requests, owed, standing, strict=True)]

    async def _first_alone(self, requests: Sequence[Request], away: Unavailable | None) -> list[Page[Conversation]]:
        try:
            pages = await self._of_first(requests)
        except Unavailable as first_away:
            if away is not None:
                raise
            try:
                return _without(await self._of_second(requests), self._handoff.first.name)
            except Unavailable as both:
                raise first_away from both
        return pages if away is None else _without(pages, self._handoff.second.name)

    async def _of_first(self, requests: Sequence[Request]) -> list[Page[Conversation]]:
        return await self._handoff.first.ask(self._first.of_users(requests))

    async def _of_second(self, requests: Sequence[Request]) -> list[Page[Conversation]]:
        return await self._handoff.second.ask(self._second.of_users(requests))


def _without(pages: Sequence[Page[Conversation]], missing: str) -> list[Page[Conversation]]:
    return [replace(page, complete=False, missing=missing) for page in pages]


def _merged(pages: Sequence[Page[Conversation]], arguments: PageArguments) -> Page[Conversation]:
    edges: dict[ConversationId, Edge[Conversation]] = {}
    for page in pages:
        for edge in page.edges:
            known = edges.get(edge.node.id)
            edges[edge.node.id] = edge if known is None else _newest(known, edge)
    # The latest come first: what is after a place is older.
    ordered = sorted(edges.values(), key=lambda edge: int(edge.cursor), reverse=True)
    newer = [edge for edge in ordered if arguments.after is not None and int(edge.cursor) >= int(arguments.after)]
    older = [edge for edge in ordered if arguments.before is not None and int(edge.cursor) <= int(arguments.before)]
    inside = ordered[len(newer) : len(ordered) - len(older)]
    shown = inside[max(0, len(inside) - arguments.size) :] if arguments.from_end else inside[: arguments.size]
    more = len(inside) > len(shown)
    is_cut = any(page.page_info.has_next_page for page in pages)
    return page_of(
        shown,
        has_next=is_cut or bool(older) or (more and not arguments.from_end),
        has_previous=bool(newer) or (more and arguments.from_end),
    )


def _newest(one: Edge[Conversation], other: Edge[Conversation]) -> Edge[Conversation]:
    """The place of the latest message, and the newest revision of the conversation."""
    later = max(one, other, key=lambda edge: int(edge.cursor))
    node = max(one.node, other.node, key=rank)
    return Edge(later.cursor, node)

"""Somebody's conversations out of several stores, as one list."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from datasources.errors import Unavailable
from datasources.records.conversations import Conversation
from datasources.records.ids import UserId
from datasources.records.pages import Page, PageArguments, page_of
from datasources.stores import ConversationStore


class Conversations:
    """Implements `ConversationStore`: of two in one store, groups in another, merged by their latest messages.

    Where one of the stores is away its part is missing, and the page says so.
    """

    def __init__(self, *stores: ConversationStore) -> None:
        self._stores: Final = stores

    async def of_users(self, requests: Sequence[tuple[UserId, PageArguments]]) -> list[Page[Conversation]]:
        outcomes = await asyncio.gather(*(store.of_users(requests) for store in self._stores), return_exceptions=True)
        parts = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not (parts and isinstance(outcome, Unavailable)):
                raise outcome
        pages = [_merged([part[place] for part in parts], arguments) for place, (_, arguments) in enumerate(requests)]
        if not failures:
            return pages
        return [replace(page, complete=False, missing=failures[0].store) for page in pages]


def _merged(parts: Sequence[Page[Conversation]], arguments: PageArguments) -> Page[Conversation]:
    edges = sorted((edge for part in parts for edge in part.edges), key=lambda edge: -int(edge.cursor))
    kept = edges[max(0, len(edges) - arguments.size) :] if arguments.from_end else edges[: arguments.size]
    more = len(edges) > len(kept)
    return page_of(
        kept,
        has_next=any(part.page_info.has_next_page for part in parts) or (more and not arguments.from_end),
        has_previous=any(part.page_info.has_previous_page for part in parts) or (more and arguments.from_end),
        complete=all(part.complete for part in parts),
        missing=next((part.missing for part in parts if part.missing is not None), None),
    )

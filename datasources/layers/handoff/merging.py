"""One list of messages taken from two stores: what to read next, and what can be shown of what was read.

So many are taken from each store; the horizon is the last id of a store that may have more; what lies beyond it waits
for the next round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from datasources.layers.handoff.twins import are_twins
from datasources.records.ids import SNOWFLAKE_MAX, MessageId, RoomId, UserId
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments

ROUNDS_AT_MOST: Final = 10


@dataclass(slots=True)
class Merge:
    """The first `wanted` live messages with `above` < id < `below`, in the order of the walk: newest first `from_end`.

    `cut_short`: there may be more than what is in `live`. None is no bound.
    """

    room_id: RoomId
    wanted: int
    above: int | None = None
    below: int | None = None
    from_end: bool = False
    live: list[Message] = field(default_factory=list)
    cut_short: bool = False
    done: bool = False
    _rounds: int = 0
    _keys: dict[tuple[UserId, str], Message] = field(default_factory=dict)

    @property
    def request(self) -> tuple[RoomId, PageArguments]:
        return self.room_id, PageArguments(
            size=self.wanted, after=_position(self.above), before=_position(self.below), from_end=self.from_end
        )

    @property
    def any_found(self) -> bool:
        """Whether there is, or may be, a message."""
        return bool(self.live) or self.cut_short

    def take(self, pages: Sequence[Page[Message]], newest: Mapping[MessageId, Message]) -> None:
        """Takes one page of each store; `newest` has what stands of every message in them."""
        horizons = [place for page in pages if (place := self._horizon(page)) is not None]
        horizon = (max(horizons) if self.from_end else min(horizons)) if horizons else None
        read = {edge.node.id: edge.node.snowflake for page in pages for edge in page.edges}
        for message_id in sorted(read, key=lambda each: read[each], reverse=self.from_end):
            if horizon is None or (read[message_id] >= horizon if self.from_end else read[message_id] <= horizon):
                self._show(newest[message_id])
        self._rounds += 1
        if horizon is None or len(self.live) >= self.wanted:
            self.done = True
        elif self._rounds == ROUNDS_AT_MOST or horizon in {self.above, self.below}:
            self.done = self.cut_short = True
        elif self.from_end:
            self.below = horizon
        else:
            self.above = horizon

    def _horizon(self, page: Page[Message]) -> int | None:
        """The last id of this page in the order of the walk; None where the store has no more."""
        # A store may stop looking among very many deleted messages: then it says that there is more.
        if self.from_end:
            more = self.above is None and page.page_info.has_previous_page
        else:
            more = self.below is None and page.page_info.has_next_page
        if len(page.edges) < self.wanted and not more:
            return None
        if page.edges:
            return page.edges[0 if self.from_end else -1].node.snowflake
        unmoved = self.below if self.from_end else self.above
        return unmoved if unmoved is not None else (SNOWFLAKE_MAX if self.from_end else 0)

    def _show(self, message: Message) -> None:
        """Adds a live message; of two that were sent as one, under one idempotency key, the smaller alone."""
        if message.deleted_at is not None:
            return
        if message.idempotency_key is not None:
            key = (message.author_id, message.idempotency_key)
            known = self._keys.get(key)
            if known is not None and are_twins(known, message):
                if known.snowflake < message.snowflake:
                    return
                self.live.remove(known)
            self._keys[key] = message
        self.live.append(message)


def _position(place: int | None) -> str | None:
    return None if place is None or place < 0 else str(min(place, SNOWFLAKE_MAX))

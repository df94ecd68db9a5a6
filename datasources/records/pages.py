"""Pages of a list that can grow, as Relay's connections ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class PageArguments:
    """Which part of a list: `size` items after or before a position, counted from the start or from the end.

    `after` and `before` are exclusive positions in the order of the list (for messages: Snowflakes as decimal text;
    for others the key that the list is sorted by). `from_end` asks for the last items of that range; the items of a
    page stand in the list's order either way.
    """

    size: int = DEFAULT_PAGE_SIZE
    after: str | None = None
    before: str | None = None
    from_end: bool = False


@dataclass(frozen=True, slots=True)
class Edge(Generic[T]):
    """One item and the position to go on from."""

    cursor: str
    node: T


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Relay's PageInfo, right in both directions."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list. Where a part could not be had, it is not `complete`; `missing` is the store that was away."""

    edges: Sequence[Edge[T]]
    page_info: PageInfo
    complete: bool = True
    missing: str | None = None


def page_of(
    edges: Sequence[Edge[T]],
    *,
    has_next: bool,
    has_previous: bool,
    complete: bool = True,
    missing: str | None = None,
) -> Page[T]:
    return Page(
        edges=edges,
        page_info=PageInfo(
            has_next_page=has_next,
            has_previous_page=has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        complete=complete,
        missing=missing,
    )

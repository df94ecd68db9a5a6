"""Relay's page arguments, checked, as the stores take them. Source: Relay's cursor connections, `api.md`'s bounds."""

import re
from collections.abc import Callable

from datasources.records.conversations import Conversation
from datasources.records.ids import SNOWFLAKE_MAX, prefix_of, split_message_id
from datasources.records.pages import DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE, PageArguments
from datasources.records.workspaces import Channel
from resolvers.errors import BadInput

Position = Callable[[object, str], str]
"""From the parent's record and a cursor to a position in the store's order; raises `BadInput` for a foreign one."""


def page_arguments(
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    *,
    position: Callable[[str], str],
    newest_by_default: bool = False,
) -> PageArguments:
    """The page that is asked for; `BadInput` for sizes out of bounds, `first` with `last`, and malformed cursors.

    Without `first` and `last` a page begins at the start of the list or, with `newest_by_default` and no `after`, ends
    at its end.
    """
    if first is not None and last is not None:
        raise BadInput("Use `first` or `last`, not both.")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= MAXIMUM_PAGE_SIZE:
            raise BadInput(f"`{name}` must be from 0 to {MAXIMUM_PAGE_SIZE}.")
    size = first if first is not None else last
    from_end = last is not None or (first is None and after is None and (newest_by_default or before is not None))
    return PageArguments(
        size=DEFAULT_PAGE_SIZE if size is None else size,
        after=None if after is None else position(after),
        before=None if before is None else position(before),
        from_end=from_end,
    )


def message_position(parent: object, cursor: str) -> str:
    """The Snowflake, as decimal text, of a message cursor of this room."""
    parts = split_message_id(cursor)
    if parts is None or not isinstance(parent, Channel | Conversation) or parts[0] != parent.id:
        raise BadInput("The cursor is not one of this room's messages.")
    return str(parts[1])


def snowflake_position(_: object, cursor: str) -> str:
    """For lists in the order of Snowflakes: the cursor is the Snowflake itself, as decimal text."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", cursor, re.ASCII) or int(cursor) > SNOWFLAKE_MAX:
        raise BadInput("The cursor is not one of this list.")
    return cursor


def id_position(prefix: str) -> Position:
    """For lists in the order of their ids: the cursor is the id itself."""

    def position(_: object, cursor: str) -> str:
        if prefix_of(cursor) != prefix:
            raise BadInput("The cursor is not one of this list.")
        return cursor

    return position

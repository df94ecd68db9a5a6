"""From where a stream resumes: what its cursor says, if it can be one of that stream."""

from typing import Final

from datasources.records.ids import RoomId, split_cursor
from datasources.snowflakes import milliseconds_of, unix_ms
from resolvers.errors import BadInput

AHEAD_MS: Final = 60_000
"""Clocks differ, but not by more: no event was ever made so far ahead of this machine's clock."""


def position_of(after: str | None, room_id: RoomId) -> int | None:
    """The Snowflake of a cursor in this room's log; None where there is no cursor.

    Raises `BadInput` for what is not a cursor of that log, and for one of the future.
    """
    if after is None:
        return None
    parts = split_cursor(after)
    if parts is None or parts[0] != room_id or milliseconds_of(parts[1]) > unix_ms() + AHEAD_MS:
        raise BadInput("`after` is not a cursor of these events.")
    return parts[1]

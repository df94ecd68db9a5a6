"""Fresh ids for further attempts."""

from collections.abc import Callable
from dataclasses import replace

from datasources.records.changes import RoomEvent
from datasources.records.ids import event_cursor
from datasources.snowflakes import datetime_of

Restamp = Callable[[RoomEvent], RoomEvent]


def restamping(next_snowflake: Callable[[], int]) -> Restamp:
    """Gives an event a fresh id, of the time at which it is tried again: readers of the log look back from now."""

    def restamp(event: RoomEvent) -> RoomEvent:
        snowflake = next_snowflake()
        return replace(
            event,
            snowflake=snowflake,
            at=datetime_of(snowflake),
            cursor=event_cursor(event.room_id, snowflake),
        )

    return restamp

"""The log of a room, in which what is owed stands in its place."""

from time import monotonic

from datasources.errors import Unavailable
from datasources.layers.handoff.belief import Belief
from datasources.layers.handoff.sides import First, Owing
from datasources.records.changes import RoomEvent
from datasources.records.ids import RoomId


class Log:
    """Whatever cannot be read raises `Unavailable`, so that no cursor moves past what is hidden."""

    def __init__(self, first: First, second: Owing, belief: Belief) -> None:
        self._first = first
        self._second = second
        self._belief = belief

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        """What is owed first, then the store; the first so many of both are among the first so many of each."""
        if not await self._belief.owes():
            began = monotonic()
            alone = await self._first.ask(self._first.store.events(room_id, after, limit))
            # A page that was begun before an acknowledgement may miss it; a cursor may not, however long this process
            # stood still between its look and the answer.
            if self._belief.held_since(began):
                return alone
        owed = await self._second.ask(self._second.store.events(room_id, after, limit))
        standing = await self._first.ask(self._first.store.events(room_id, after, limit))
        by_snowflake = {event.snowflake: event for event in (*owed, *standing)}
        return [by_snowflake[snowflake] for snowflake in sorted(by_snowflake)][:limit]

    async def start(self, room_id: RoomId) -> int:
        """The later one of the two, since both are read."""
        start = await self._first.ask(self._first.store.log_start(room_id))
        try:
            return max(start, await self._second.ask(self._second.store.log_start(room_id)))
        except Unavailable:
            return start

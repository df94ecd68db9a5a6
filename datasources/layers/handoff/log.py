"""The log of a room, in which what is owed stands in its place."""

from collections.abc import Iterable, Sequence

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
        """At least `limit` of those that there are: a source that is not exhausted gives as many up to its horizon."""
        if not await self._belief.owes():
            return await self._first.ask(self._first.store.events(room_id, after, limit))
        owed = await self._second.ask(self._second.store.events(room_id, after, limit))
        standing = await self._first.ask(self._first.store.events(room_id, after, limit))
        horizon = min((events[-1].snowflake for events in (owed, standing) if len(events) == limit), default=None)
        merged = _by_snowflake(owed, standing)
        if horizon is None:
            return merged[:limit]
        return [event for event in merged if event.snowflake <= horizon][:limit]

    async def start(self, room_id: RoomId) -> int:
        """The later one of the two, since both are read."""
        start = await self._first.ask(self._first.store.log_start(room_id))
        try:
            return max(start, await self._second.ask(self._second.store.log_start(room_id)))
        except Unavailable:
            return start


def _by_snowflake(*sources: Sequence[RoomEvent]) -> list[RoomEvent]:
    events: Iterable[RoomEvent] = (event for source in sources for event in source)
    by_snowflake = {event.snowflake: event for event in events}
    return [by_snowflake[snowflake] for snowflake in sorted(by_snowflake)]

"""A room's events with what is told beside them."""

from collections.abc import AsyncGenerator

from datasources.records.changes import RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import RoomId
from resolvers.live import Gap, Live
from resolvers.viewer import Viewer


async def overheard(
    live: Live, viewer: Viewer, room_id: RoomId, after: int | None
) -> AsyncGenerator[RoomEvent | Gap | Typing, None]:
    """What `Live.overhearing` gives, from the first step of the iteration on, but for the viewer's own writing."""
    async with live.overhearing(room_id, after) as events:
        async for event in events:
            if not isinstance(event, Typing) or event.user_id != viewer.user_id:
                yield event

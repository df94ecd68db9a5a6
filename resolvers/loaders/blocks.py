"""Between whom and the viewer there is a block, whichever of the two has made it."""

from collections.abc import Sequence
from typing import Final

from datasources.records.conversations import Block
from datasources.records.ids import UserId, direct_id
from resolvers.loaders.loading import Loader, Loaders

BLOCKS_MAXIMUM: Final = 3
"""There are at most two; a store that found as many as it may give would have to look again, room by room."""


async def _load_blocked(loaders: Loaders, ids: list[UserId]) -> Sequence[bool]:
    viewer_id = loaders.viewer_id
    others = [user_id for user_id in ids if user_id != viewer_id]
    if viewer_id is None or not others:
        return [False] * len(ids)
    rooms = [direct_id(viewer_id, other) for other in others]
    found = await loaders.stores.rooms.of_rooms(Block, rooms, BLOCKS_MAXIMUM)
    blocked = {other for other, blocks in zip(others, found, strict=True) if any(block.active for block in blocks)}
    return [user_id in blocked for user_id in ids]


blocked_by_user: Loader[UserId, bool] = Loader("blocked_by_user", _load_blocked)
"""True for those who have blocked the viewer, or whom the viewer has blocked."""

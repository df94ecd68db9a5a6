"""Places of several kinds under their ids: what somebody belongs to, and where messages are."""

from collections.abc import Sequence
from typing import Any, Final

from datasources.records.conversations import Conversation
from datasources.records.ids import RoomId, WorkspaceId
from datasources.records.workspaces import Channel, Workspace
from resolvers.loaders.conversations import conversations_by_id
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.rooms import channels_by_id
from resolvers.loaders.workspaces import workspaces_by_id

PlaceId = WorkspaceId | RoomId
Place = Workspace | Channel | Conversation

_BY_KIND: Final[dict[str, Loader[Any, Any]]] = {
    "wsp": workspaces_by_id,
    "chn": channels_by_id,
    "dir": conversations_by_id,
    "grp": conversations_by_id,
}


async def _load_places(loaders: Loaders, ids: list[PlaceId]) -> Sequence[Place | Exception | None]:
    pending = [loaders.load(_BY_KIND[place_id[:3]], place_id) for place_id in ids]
    found: list[Place | Exception | None] = []
    for place in pending:
        try:
            found.append(await place)
        except Exception as failure:  # noqa: BLE001 # answered for this place alone
            found.append(failure)
    return found


places_by_id: Loader[PlaceId, Place | None] = Loader("places_by_id", _load_places)

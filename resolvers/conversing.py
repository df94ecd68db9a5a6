"""Listening to a conversation: from where, and for as long as its viewer takes part."""

from functools import partial

from datasources.records.conversations import Block
from datasources.records.ids import ConversationId, RoomId
from datasources.stores import Stores
from resolvers.access import well_formed
from resolvers.audiences import Audiences
from resolvers.caller import Caller
from resolvers.loaders import Loaders, conversation_access_by_id
from resolvers.room_streams import RoomStream
from resolvers.viewer import Viewer


def conversation_events(
    caller: Caller, stores: Stores, audiences: Audiences, conversation: str, after: str | None
) -> RoomStream:
    """The conversation's events after this cursor, or from now on, for as long as the caller takes part."""
    return RoomStream(
        audiences,
        lambda: _where(caller, conversation),
        after,
        select=lambda event: event,
        tells=partial(_is_told, stores),
    )


def _where(caller: Caller, conversation: str) -> tuple[Viewer, RoomId]:
    kind = "grp" if conversation.startswith("grp_") else "dir"
    return caller.signed_in(), ConversationId(well_formed(kind, conversation))


async def _is_told(stores: Stores, viewer: Viewer, block: Block) -> bool:
    """Whoever has blocked the other learns nothing of the other's block: to them the conversation was closed before,
    and stays so.
    """
    if block.user_id == viewer.user_id:
        return True
    access = await Loaders(stores, viewer).load(conversation_access_by_id, ConversationId(block.room_id))
    return access is not None and viewer.user_id not in access.view.blocked_by

"""Listening to a conversation: from where, and for as long as its viewer takes part."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from datasources.records.changes import Change, RoomEvent
from datasources.records.conversations import Block
from datasources.records.ephemeral import Typing
from datasources.records.ids import ConversationId
from resolvers.access import well_formed
from resolvers.caller import Caller
from resolvers.cursors import position_of
from resolvers.live import Gap, Live
from resolvers.loaders import conversation_access_by_id
from resolvers.overhearing import overheard
from resolvers.watch import Watch


async def conversation_events(
    caller: Caller, live: Live, watch: Watch, conversation: str, after: str | None
) -> AsyncGenerator[RoomEvent | Gap | Typing, None]:
    """The conversation's events after this cursor, or from now on.

    Raises `BadInput` for a foreign cursor or one of the future, and what `Watch.guard` does.
    """
    viewer = caller.signed_in()
    room_id = ConversationId(well_formed("grp" if conversation.startswith("grp_") else "dir", conversation))
    position = position_of(after, room_id)
    async with aclosing(watch.guard(viewer, room_id, overheard(live, viewer, room_id, position))) as events:
        async for event in events:
            if not isinstance(event, RoomEvent) or await _tells(caller, event.change):
                yield event


async def _tells(caller: Caller, change: Change) -> bool:
    """Whoever has blocked the other learns nothing of the other's block: to them the conversation was closed before,
    and stays so.
    """
    if not isinstance(change, Block) or change.user_id == caller.user_id:
        return True
    caller.loaders.forget()
    access = await caller.loaders.load(conversation_access_by_id, change.room_id)
    return access is not None and caller.user_id not in access.view.blocked_by

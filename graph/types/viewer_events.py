"""What a listener to what concerns them hears."""

from typing import Annotated

import strawberry

from datasources.records import changes, messages
from datasources.records.changes import EventKind
from datasources.records.changes import RoomEvent as RoomEventRecord
from datasources.records.workspaces import MemberRole
from graph.context import Context
from graph.fields import attribute, joined, method, node_type
from graph.types.channels import Channel
from graph.types.conversations import Conversation
from graph.types.events import Event
from graph.types.messages import Message
from graph.types.rooms import COUNTED, Room
from graph.types.users import User
from graph.types.workspaces import Workspace
from resolvers.counting import UnreadCount
from resolvers.loaders import room_access_by_id, users_by_id
from resolvers.loaders.places import Place as PlaceRecord
from resolvers.loaders.places import places_by_id
from resolvers.permissions import may_read_room
from resolvers.presence import PresenceNews

Place = Annotated[
    Workspace | Channel | Conversation, strawberry.union("Place", description="What somebody can belong to.")
]


async def _still_readable(event: RoomEventRecord, context: Context) -> messages.Message | None:
    access = await context.loaders.load(room_access_by_id, event.change.room_id)
    return event.message if access is not None and may_read_room(access) else None


@node_type(
    RoomEventRecord,
    kind=EventKind.DIRECT_MESSAGE_RECEIVED,
    description="Somebody sent a message to a conversation of the viewer.",
)
class DirectMessageReceived(Event):
    @method(Message | None, description="The message as it was sent; null where the viewer may not read it any more.")
    async def message(self: RoomEventRecord, context: Context) -> messages.Message | None:
        return await _still_readable(self, context)


@node_type(
    RoomEventRecord, kind=EventKind.MENTIONED, description="Somebody mentioned the viewer in a message to a channel."
)
class Mentioned(Event):
    @method(Message | None, description="The message as it was sent; null where the viewer may not read it any more.")
    async def message(self: RoomEventRecord, context: Context) -> messages.Message | None:
        return await _still_readable(self, context)


@node_type(
    RoomEventRecord,
    kind=EventKind.BELONGING_CHANGED,
    description="The viewer came into a workspace, channel or conversation, got another role there, or is out of it.",
)
class BelongingChanged(Event):
    @method(strawberry.ID, description="The place's id.")
    def place_id(self: RoomEventRecord, context: Context) -> str:
        del context
        return _belonging(self).place_id

    @method(Place | None, description="The place; null where the viewer may not see it now.")
    async def place(self: RoomEventRecord, context: Context) -> PlaceRecord | None:
        return await context.loaders.load(places_by_id, _belonging(self).place_id)

    @method(MemberRole | None, description="What the viewer may do there since then; null where they are out of it.")
    def role(self: RoomEventRecord, context: Context) -> MemberRole | None:
        del context
        role = _belonging(self).role
        return None if role is None else MemberRole(role)


@node_type(
    UnreadCount,
    description="How much of a room the viewer has not read; at most once a second for each room, and not logged.",
)
class UnreadCountChanged(Event):
    room_id: strawberry.ID = attribute("The room's id; asking for it alone looks nothing up.")
    room: Room | None = joined(
        places_by_id, key="room_id", description="The room; null where the viewer may not read it any more."
    )
    unread_count: int = attribute(f"Messages of others after the last one that the viewer has read; {COUNTED}.")
    mention_count: int = attribute("Those of them that mention the viewer.")


@node_type(
    PresenceNews,
    description="Somebody with whom the viewer has a conversation of two came or went; first come those who are here.",
)
class PresenceChanged(Event):
    user: User | None = joined(users_by_id, key="user_id", description="Who.")
    online: bool = attribute("Whether they are here now.")


def _belonging(event: RoomEventRecord) -> changes.Belonging:
    if not isinstance(event.change, changes.Belonging):
        raise TypeError(f"{event.kind} is not about a belonging")
    return event.change

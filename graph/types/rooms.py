"""What channels and conversations have in common: messages, and up to where they have been read."""

from typing import Final

import strawberry

from datasources.records import conversations, workspaces
from datasources.records.ids import EventCursor, MessageId, event_cursor, message_id
from datasources.snowflakes import first_of, unix_ms
from graph.context import Context
from graph.fields import connected, joined, method
from graph.types.messages import MessageConnection
from graph.types.nodes import Node
from graph.types.pins import Pin
from resolvers.loaders import messages_by_room, pins_by_room, unread_by_room, viewer_read_state_by_room
from resolvers.paging import message_position
from resolvers.pins import PINS_MAXIMUM

RoomRecord = workspaces.Channel | conversations.Conversation

COUNTED: Final = "counted up to 100, which means 100 or more"


@strawberry.interface(description="Where messages are: a channel or a conversation.")
class Room(Node):
    messages: MessageConnection | None = connected(
        messages_by_room,
        key="id",
        position=message_position,
        newest_by_default=True,
        description="The messages, oldest to newest within a page; without arguments, the newest 50.",
    )
    pins: list[Pin] | None = joined(
        pins_by_room,
        key="id",
        description="The messages at its head, the last one pinned first; at most 50, and none between two.",
        length=PINS_MAXIMUM,
    )

    @method(
        str,
        description="Where to listen from: a stream of this room's events `after` it misses nothing that this answer "
        "lacks.",
    )
    def event_cursor(self: RoomRecord, context: Context) -> EventCursor:
        del context
        return event_cursor(self.id, first_of(unix_ms()))

    unread_count: int | None = joined(
        unread_by_room,
        key="id",
        take="unread_count",
        description="Messages of others after the last one that the viewer has read, or since they joined; "
        f"{COUNTED}, the viewer's own among them.",
    )
    mention_count: int | None = joined(
        unread_by_room,
        key="id",
        take="mention_count",
        description="Those of the unread messages that mention the viewer.",
    )

    @method(
        strawberry.ID | None,
        description="The message up to which the viewer has read; null where they have not read anything.",
    )
    async def last_read(self: RoomRecord, context: Context) -> MessageId | None:
        state = await context.loaders.load(viewer_read_state_by_room, self.id)
        return None if state is None else message_id(self.id, state.last_read)

"""What a listener to a channel hears."""

from datetime import datetime
from typing import Annotated

import strawberry

from datasources.records.changes import EventKind
from datasources.records.changes import RoomEvent as RoomEventRecord
from datasources.records.ids import MessageId
from graph.context import Context
from graph.fields import attribute, method, node_type
from graph.types.messages import Message
from graph.types.scalars import BigInt
from resolvers.live import Gap


@strawberry.interface(description="Something that happened.")
class Event:
    cursor: str | None = attribute("Where to resume after this event; null where it cannot be resumed from.")
    at: datetime = attribute("When it happened.")


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_SENT, description="A message was sent.")
class MessageSent(Event):
    message: Message = attribute("The message as it was sent.")


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_EDITED, description="A message was edited.")
class MessageEdited(Event):
    message: Message = attribute("The message after the edit.")


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_DELETED, description="A message was deleted.")
class MessageDeleted(Event):
    @method(strawberry.ID, description="The message's id, which finds nothing any more.")
    def message_id(self: RoomEventRecord, context: Context) -> MessageId:
        del context
        return self.message.id

    @method(BigInt, description="The revision of the deletion; no later one brings the message back.")
    def revision(self: RoomEventRecord, context: Context) -> int:
        del context
        return self.message.revision


@node_type(Gap, description="The log no longer reaches back to the cursor: read the channel anew; the stream goes on.")
class EventGap(Event):
    pass


ChannelEvent = Annotated[
    MessageSent | MessageEdited | MessageDeleted | EventGap,
    strawberry.union("ChannelEvent", description="What a listener to a channel hears."),
]

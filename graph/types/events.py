"""What a listener to a channel or a conversation hears of messages."""

from collections.abc import Awaitable
from datetime import datetime

import strawberry

from datasources.records import changes, messages, users
from datasources.records.changes import EventKind
from datasources.records.changes import RoomEvent as RoomEventRecord
from datasources.records.ids import MessageId, message_id
from graph.context import Context
from graph.fields import attribute, method, node_type
from graph.types.marks import Grading
from graph.types.messages import Message
from graph.types.pins import Pin
from graph.types.scalars import BigInt
from graph.types.users import User
from resolvers.live import Gap
from resolvers.loaders import standing_messages_by_id, users_by_id


@strawberry.interface(description="Something that happened.")
class Event:
    cursor: str | None = attribute("Where to resume after this event; null where it cannot be resumed from.")
    at: datetime = attribute("When it happened.")


@strawberry.interface(description="Something that happened to a message, and did not change what it says.")
class MessageMarked(Event):
    @method(strawberry.ID, shared=True, description="The message's id.")
    def message_id(self: RoomEventRecord, context: Context) -> MessageId:
        del context
        return _about(self)

    # Not `message`, which cannot be null in the other events: one selection could not have both.
    @method(Message | None, shared=True, description="The message as it is now; null where it was deleted since.")
    def marked(self: RoomEventRecord, context: Context) -> Awaitable[messages.Message | None]:
        return context.loaders.load(standing_messages_by_id, _about(self))


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_SENT, description="A message was sent.")
class MessageSent(Event):
    message: Message = attribute("The message as it was sent.")


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_EDITED, description="A message was edited.")
class MessageEdited(Event):
    message: Message = attribute("The message after the edit.")


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_DELETED, description="A message was deleted.")
class MessageDeleted(Event):
    @method(strawberry.ID, shared=True, description="The message's id, which finds nothing any more.")
    def message_id(self: RoomEventRecord, context: Context) -> MessageId:
        del context
        return self.message.id

    @method(BigInt, shared=True, description="The revision of the deletion; no later one brings the message back.")
    def revision(self: RoomEventRecord, context: Context) -> int:
        del context
        return self.message.revision


@strawberry.interface(description="Somebody reacted to a message, or took that back.")
class ReactionChanged(MessageMarked):
    @method(str, shared=True, description="The emoji.")
    def emoji(self: RoomEventRecord, context: Context) -> str:
        del context
        return _as(changes.Reaction, self).emoji

    @method(User | None, shared=True, description="Whose reaction it is.")
    def user(self: RoomEventRecord, context: Context) -> Awaitable[users.User | None]:
        return context.loaders.load(users_by_id, _as(changes.Reaction, self).user_id)


@node_type(RoomEventRecord, kind=EventKind.REACTION_ADDED, description="Somebody reacted to a message.")
class ReactionAdded(ReactionChanged):
    pass


@node_type(RoomEventRecord, kind=EventKind.REACTION_REMOVED, description="Somebody took a reaction back.")
class ReactionRemoved(ReactionChanged):
    pass


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_PINNED, description="A message was pinned.")
class MessagePinned(MessageMarked):
    @method(Pin, shared=True, description="The pin.")
    def pin(self: RoomEventRecord, context: Context) -> changes.Pin:
        del context
        return _as(changes.Pin, self)


@node_type(RoomEventRecord, kind=EventKind.MESSAGE_UNPINNED, description="A message is pinned no more.")
class MessageUnpinned(MessageMarked):
    pass


@node_type(RoomEventRecord, kind=EventKind.GRADING_CHANGED, description="The grading of a message went on.")
class GradingChanged(MessageMarked):
    @method(Grading | None, shared=True, description="How far it is; null where the message is no homework any more.")
    def grading(self: RoomEventRecord, context: Context) -> changes.Grading | None:
        del context
        grading = _as(changes.Grading, self)
        return None if grading.status is None else grading


@node_type(Gap, description="The log no longer reaches back to the cursor: read the channel anew; the stream goes on.")
class EventGap(Event):
    pass


def _about(event: RoomEventRecord) -> MessageId:
    return message_id(event.change.room_id, event.change.target)


def _as(kind: type[changes.R], event: RoomEventRecord) -> changes.R:
    if not isinstance(event.change, kind):
        raise TypeError(f"{event.kind} is not about a {kind.__name__}")
    return event.change

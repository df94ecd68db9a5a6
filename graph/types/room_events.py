"""What a listener to a room hears besides messages: who reads, comes, goes, and may write."""

from collections.abc import Awaitable

import strawberry

from datasources.records import changes, conversations, users
from datasources.records.changes import EventKind
from datasources.records.changes import RoomEvent as RoomEventRecord
from datasources.records.conversations import ParticipantRole
from datasources.records.ephemeral import Typing
from datasources.records.ids import ConversationId, MessageId, message_id
from graph.context import Context
from graph.fields import joined, method, node_type
from graph.types.conversations import Conversation
from graph.types.events import Event
from graph.types.rooms import Room
from graph.types.users import User
from resolvers.loaders import conversations_by_id, users_by_id
from resolvers.loaders.places import Place, places_by_id


@node_type(RoomEventRecord, kind=EventKind.READ_STATE_CHANGED, description="Somebody has read a room further.")
class ReadStateChanged(Event):
    @method(User | None, shared=True, description="Who.")
    def user(self: RoomEventRecord, context: Context) -> Awaitable[users.User | None]:
        return context.loaders.load(users_by_id, _read_state(self).user_id)

    @method(strawberry.ID, shared=True, description="The message up to which they have read.")
    def message_id(self: RoomEventRecord, context: Context) -> MessageId:
        del context
        state = _read_state(self)
        return message_id(state.room_id, state.last_read)

    @method(Room | None, description="The room; null where the viewer may not read it any more.")
    async def room(self: RoomEventRecord, context: Context) -> Place | None:
        return await context.loaders.load(places_by_id, self.change.room_id)


@node_type(Typing, description="Somebody is writing; not logged, and told at most once in three seconds.")
class TypingStarted(Event):
    user: User | None = joined(users_by_id, key="user_id", description="Who.")
    room: Room | None = joined(
        places_by_id, key="room_id", description="Where; null where the viewer may not read it any more."
    )

    @method(str | None, shared=True, description="Null: it cannot be resumed from.")
    def cursor(self: Typing, context: Context) -> str | None:
        del context
        return None


@node_type(RoomEventRecord, kind=EventKind.CONVERSATION_CHANGED, description="A conversation began or was renamed.")
class ConversationChanged(Event):
    @method(Conversation | None, shared=True, description="The conversation as it was after that.")
    def conversation(self: RoomEventRecord, context: Context) -> conversations.Conversation | None:
        del context
        if not isinstance(self.change, conversations.Conversation):
            raise TypeError(f"{self.kind} is not about a conversation")
        return self.change


@node_type(
    RoomEventRecord,
    kind=EventKind.PARTICIPANT_CHANGED,
    description="Somebody came into a conversation, became something else in it, or went.",
)
class ParticipantChanged(Event):
    @method(User | None, shared=True, description="Who.")
    def user(self: RoomEventRecord, context: Context) -> Awaitable[users.User | None]:
        return context.loaders.load(users_by_id, _participant(self).user_id)

    @method(ParticipantRole | None, shared=True, description="What they may do now; null where they are out of it.")
    def role(self: RoomEventRecord, context: Context) -> ParticipantRole | None:
        del context
        participant = _participant(self)
        return None if participant.left_at is not None else participant.role


@node_type(
    RoomEventRecord,
    kind=EventKind.BLOCK_CHANGED,
    description="A conversation was closed, or opened again: one of the two blocked the other, or took that back. "
    "Whoever has blocked the other hears nothing of what the other does about it.",
)
class ClosureChanged(Event):
    @method(Conversation | None, description="The conversation as it is now.")
    def conversation(self: RoomEventRecord, context: Context) -> Awaitable[conversations.Conversation | None]:
        return context.loaders.load(conversations_by_id, ConversationId(self.change.room_id))


def _read_state(event: RoomEventRecord) -> changes.ReadState:
    if not isinstance(event.change, changes.ReadState):
        raise TypeError(f"{event.kind} is not about a read state")
    return event.change


def _participant(event: RoomEventRecord) -> conversations.Participant:
    if not isinstance(event.change, conversations.Participant):
        raise TypeError(f"{event.kind} is not about a participant")
    return event.change

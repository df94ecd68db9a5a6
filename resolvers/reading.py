"""Read states: up to where somebody has read a room, and who has read a message. Source: document 000."""

from datasources.records.changes import EventKind, ReadState
from datasources.records.conversations import Conversation
from datasources.records.ids import MESSAGE_PREFIXES, MessageId, prefix_of, split_message_id
from datasources.records.messages import Message
from datasources.records.users import User
from datasources.records.workspaces import Channel
from datasources.stores import RoomStore
from resolvers.access import room_of
from resolvers.caller import Caller
from resolvers.errors import BadInput, ProblemCode, refusal
from resolvers.loaders import (
    SMALL_ROOM,
    Loaders,
    read_states_by_room,
    readable_messages_by_id,
    users_by_id,
)
from resolvers.permissions import ChannelAccess, RoomAccess, may_write_room
from resolvers.recording import Recorder


class Reading:
    def __init__(self, rooms: RoomStore, recorder: Recorder) -> None:
        self._rooms = rooms
        self._recorder = recorder

    async def mark(self, caller: Caller, room: str, message: str) -> Channel | Conversation:
        """Notes that the caller has read the room up to this message; nothing happens where they have read further.

        In a room of few readers all are told; in every room the caller's other devices are.
        """
        access = await room_of(caller, room, "roomId")
        place = split_message_id(message)
        if place is None or prefix_of(message) not in MESSAGE_PREFIXES:
            raise BadInput(f"`{message[:80]}` is not the id of a message.")
        room_id, snowflake = place
        if room_id != room or await caller.loaders.load(readable_messages_by_id, MessageId(message)) is None:
            raise refusal(ProblemCode.NOT_FOUND, "There is no such message in this room.", "messageId")
        wanted = ReadState(room_id, caller.user_id, snowflake)
        states = (await self._rooms.of_rooms(ReadState, [room_id], SMALL_ROOM + 1))[0]
        standing = next((each for each in states if each.user_id == caller.user_id), None)
        small = len(states) + (standing is None) <= SMALL_ROOM
        if standing is None and not small:
            standing = (await self._rooms.stored([wanted]))[0]
        if standing is None or standing.last_read < snowflake:
            told = small and may_write_room(access)
            await self._recorder.record(EventKind.READ_STATE_CHANGED, wanted, quiet=not told)
            await self._recorder.tell(EventKind.READ_STATE_CHANGED, wanted, [caller.user_id])
            caller.loaders.forget()
        return _record_of(access)


async def readers_of(loaders: Loaders, message: Message) -> list[User] | None:
    """Who else has read the message, which the viewer may see; None in a room of many readers."""
    states = await loaders.load(read_states_by_room, message.room_id)
    if states is None:
        return None
    readers = [each.user_id for each in states if each.last_read >= message.snowflake]
    found = await loaders.load_many(users_by_id, [each for each in readers if each != message.author_id])
    return [user for user in found if user is not None]


def _record_of(access: RoomAccess) -> Channel | Conversation:
    return access.channel if isinstance(access, ChannelAccess) else access.view.conversation

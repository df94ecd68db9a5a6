"""Where the grading of homework stands that was handed in as a message. Source: document 000."""

from datasources.records.changes import EventKind, Grading, GradingStatus
from datasources.records.messages import Message
from datasources.stores import RoomStore
from resolvers.access import message_of
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.errors import ProblemCode, refusal
from resolvers.permissions import ChannelAccess, may_grade_message
from resolvers.recording import Recorder, next_revision


class Gradings:
    def __init__(self, rooms: RoomStore, recorder: Recorder) -> None:
        self._rooms = rooms
        self._recorder = recorder

    async def set_status(self, caller: Caller, message: str, status: GradingStatus | None) -> Message:
        """Says how far the grading is; None for a message that is no homework. What stands already is told nobody."""
        found, access = await message_of(caller, message, "messageId")
        if not isinstance(access, ChannelAccess):
            raise refusal(ProblemCode.INVALID, "Only messages of channels are graded.", "messageId")
        if not may_grade_message(access):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners and moderators may grade messages here.", "messageId")
        (gradings,) = await self._rooms.of_messages(Grading, [found.id])
        standing = gradings[0] if gradings else None
        if status == (None if standing is None else standing.status):
            return found
        grading = Grading(
            room_id=found.room_id,
            message_id=found.id,
            target=found.snowflake,
            status=status,
            graded_by=caller.user_id,
            graded_at=now(),
            revision=next_revision(0 if standing is None else standing.revision),
        )
        await self._recorder.record(EventKind.GRADING_CHANGED, grading)
        caller.loaders.forget()
        return found

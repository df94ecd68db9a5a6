"""Revisions of the small records that a room has."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from datasources.records.changes import Grading, GradingStatus, Pin, R, Reaction, ReadState
from datasources.records.conversations import Block, Conversation, ConversationKind, Participant, ParticipantRole
from datasources.records.ids import ConversationId, UserId, new_user_id
from datasources.records.messages import Message
from tests.contracts.rooms.scenes import Scene

BEGAN: Final = datetime(2026, 3, 1, 8, 0, 0, 123_456, tzinfo=UTC)
STATUSES: Final = (GradingStatus.PENDING, GradingStatus.GRADED, GradingStatus.RETURNED, None)
EMOJI: Final = "👩🏽‍🚀"


def record(scene: Scene, kind: type[R], revision: int, *, message: Message, user_id: UserId, emoji: str = EMOJI) -> R:
    """What a record of this type says at this revision: revisions of different numbers differ in more than that.

    Which record of its type it is follows from the message, the person and the emoji, as far as the type has them.
    """
    at = BEGAN + timedelta(seconds=revision % 1_000)
    odd = bool(revision % 2)
    about: dict[str, Any] = {"room_id": scene.room_id, "message_id": message.id, "target": message.snowflake}
    conversation_id = ConversationId(scene.room_id)
    made: dict[type, Any] = {
        Reaction: lambda: Reaction(**about, user_id=user_id, emoji=emoji, active=odd, revision=revision),
        Pin: lambda: Pin(**about, pinned_by=user_id, pinned_at=at, active=odd, revision=revision),
        Grading: lambda: Grading(
            **about,
            status=STATUSES[revision % len(STATUSES)],
            graded_by=user_id,
            graded_at=at,
            revision=revision,
        ),
        ReadState: lambda: ReadState(scene.room_id, user_id, revision),
        Conversation: lambda: Conversation(
            id=conversation_id,
            kind=ConversationKind.DIRECT if scene.kind == "dir" else ConversationKind.GROUP,
            name=None if scene.kind == "dir" else f"Group, at revision {revision}",
            created_by=scene.author_id,
            created_at=BEGAN,
            revision=revision,
        ),
        Participant: lambda: Participant(
            room_id=conversation_id,
            user_id=user_id,
            role=ParticipantRole.OWNER if odd else ParticipantRole.MEMBER,
            joined_at=BEGAN,
            left_at=None if odd else at,
            revision=revision,
        ),
        Block: lambda: Block(conversation_id, user_id, odd, revision),
    }
    return cast("R", made[kind]())


def revisions(scene: Scene, kind: type[R], count: int, message: Message) -> list[R]:
    """So many revisions of one record, in order."""
    user_id = new_user_id()
    first = message.revision
    return [record(scene, kind, first + number, message=message, user_id=user_id) for number in range(1, count + 1)]

"""What can change in a room, and the events of its log.

Besides its messages a room has small records: reactions, pins, gradings, read states, and what a conversation is, who
takes part in it and who is blocked. Each is written whole, with a revision of its own, and is never deleted: what has
ended says so (`active`, `left_at`), so that a late repetition of an older change cannot bring it back. Source:
consistency.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeVar

from datasources.records.conversations import Block, Conversation, Participant
from datasources.records.ids import ChannelId, ConversationId, EventCursor, MessageId, RoomId, UserId, WorkspaceId
from datasources.records.messages import Message
from datasources.records.traits import OfMessage, OfPerson, OfRoom


@dataclass(frozen=True, slots=True)
class Reaction(OfMessage):
    """One person's emoji on a message; not `active` once it was taken back."""

    room_id: RoomId
    message_id: MessageId
    target: int
    user_id: UserId
    emoji: str
    active: bool
    revision: int

    @property
    def key(self) -> str:
        return f"{self.target}:{self.user_id}:{self.emoji}"


@dataclass(frozen=True, slots=True)
class Pin(OfMessage):
    """A message that a channel shows at its head; not `active` once it was taken down."""

    room_id: RoomId
    message_id: MessageId
    target: int
    pinned_by: UserId
    pinned_at: datetime
    active: bool
    revision: int


class GradingStatus(StrEnum):
    """Document 000's, of a message that hands homework in."""

    PENDING = "pending"
    GRADED = "graded"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Grading(OfMessage):
    """Where the grading of a message stands; `status` is None once it is no homework any more."""

    room_id: RoomId
    message_id: MessageId
    target: int
    status: GradingStatus | None
    graded_by: UserId
    graded_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class ReadState(OfPerson):
    """Up to which message (its Snowflake) a person has read a room. Two of them merge by maximum."""

    room_id: RoomId
    user_id: UserId
    last_read: int

    @property
    def revision(self) -> int:
        return self.last_read


@dataclass(frozen=True, slots=True)
class Belonging(OfRoom):
    """What somebody is somewhere, for their own log: a role in a place, or None once they are out of it."""

    room_id: RoomId
    user_id: UserId
    place_id: WorkspaceId | ChannelId | ConversationId
    role: str | None
    revision: int

    @property
    def key(self) -> str:
        return self.place_id


@dataclass(frozen=True, slots=True)
class Unreadable(OfRoom):
    """What an event told that this process does not understand, as a newer version may log; nobody is shown it."""

    room_id: RoomId

    key: ClassVar[str] = ""
    revision: ClassVar[int] = 0


Change = Message | Reaction | Pin | Grading | ReadState | Conversation | Participant | Block | Belonging | Unreadable
"""Each has `room_id`, `key` (which one of the room's records of its type it is), `target` (the Snowflake of the message
that it is about, or 0), `revision`, and `final` (whether it wins over any revision).
"""

Record = Reaction | Pin | Grading | ReadState | Conversation | Participant | Block
"""What a room keeps besides messages."""

R = TypeVar("R", Reaction, Pin, Grading, ReadState, Conversation, Participant, Block)

MESSAGE_RECORDS: Final = (Reaction, Grading)
"""Found by the message that they are about; the others by their room."""

ROOM_RECORDS: Final = (Pin, ReadState, Conversation, Participant, Block)


def identity(change: Change) -> tuple[type, RoomId, str]:
    """Which record this is a revision of."""
    return type(change), change.room_id, change.key


def rank(change: Change) -> tuple[bool, int]:
    """Of two revisions of one record the one of the greater rank stands."""
    return change.final, change.revision


C = TypeVar("C", bound=Change)


def folded(*sources: Iterable[C]) -> dict[tuple[type, RoomId, str], C]:
    """The newest revision of each record."""
    newest: dict[tuple[type, RoomId, str], C] = {}
    for source in sources:
        for change in source:
            standing = newest.get(identity(change))
            if standing is None or rank(standing) < rank(change):
                newest[identity(change)] = change
    return newest


def by_type(changes: Iterable[C]) -> dict[type[Any], list[C]]:
    """These records apart by their type, which is how stores keep them."""
    parts: dict[type[Any], list[C]] = {}
    for change in changes:
        parts.setdefault(type(change), []).append(change)
    return parts


def matching(changes: Iterable[C], found: Iterable[Change]) -> list[C | None]:
    """For each of these records the one of its identity among what was found."""
    by_identity: dict[Any, Any] = {identity(each): each for each in found}
    return [by_identity.get(identity(change)) for change in changes]


class EventKind(StrEnum):
    MESSAGE_SENT = "message_sent"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    REACTION_ADDED = "reaction_added"
    REACTION_REMOVED = "reaction_removed"
    MESSAGE_PINNED = "message_pinned"
    MESSAGE_UNPINNED = "message_unpinned"
    GRADING_CHANGED = "grading_changed"
    READ_STATE_CHANGED = "read_state_changed"
    CONVERSATION_CHANGED = "conversation_changed"
    PARTICIPANT_CHANGED = "participant_changed"
    BLOCK_CHANGED = "block_changed"
    # In the log of one person:
    DIRECT_MESSAGE_RECEIVED = "direct_message_received"
    MENTIONED = "mentioned"
    BELONGING_CHANGED = "belonging_changed"
    # What this process does not understand:
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """A durable change, with the record as it was after it. Its order within a room is that of its Snowflake.

    `room_id` is the room of the log; `change.room_id` is another one in the log of a person. `quiet` changes are kept
    but not logged: nobody else is told. `previous` is the message before an edit, for its history.
    """

    room_id: RoomId
    snowflake: int
    kind: EventKind
    at: datetime
    change: Change
    cursor: EventCursor
    quiet: bool = False
    previous: Message | None = None

    @property
    def message(self) -> Message:
        """The message of an event about one; raises `TypeError` for another record's."""
        if not isinstance(self.change, Message):
            raise TypeError(f"{self.kind} is not about a message")
        return self.change

"""Conversations of two and of groups. Source: document 003; names of groups and roles in them are ours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from datasources.records.ids import ConversationId, UserId
from datasources.records.traits import OfPerson, OfRoom
from datasources.snowflakes import EPOCH_MS, first_of

_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ConversationKind(StrEnum):
    DIRECT = "direct"
    GROUP = "group"


class ParticipantRole(StrEnum):
    """An owner of a group names it, adds and removes others."""

    MEMBER = "member"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Conversation(OfRoom):
    """`name` is a group's. Who takes part stands in `Participant` records, who is blocked in `Block` records."""

    id: ConversationId
    kind: ConversationKind
    name: str | None
    created_by: UserId
    created_at: datetime
    revision: int

    @property
    def room_id(self) -> ConversationId:
        return self.id

    @property
    def key(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Participant(OfPerson):
    """One person in a conversation; `left_at` once they are out of it."""

    room_id: ConversationId
    user_id: UserId
    role: ParticipantRole
    joined_at: datetime
    left_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class Block(OfPerson):
    """One of two who wants to hear no more from the other; not `active` once it was lifted."""

    room_id: ConversationId
    user_id: UserId
    active: bool
    revision: int


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation with those who take part in it now and those of them who have blocked the other."""

    conversation: Conversation
    participants: tuple[Participant, ...]
    blocked_by: frozenset[UserId]

    def participant(self, user_id: UserId) -> Participant | None:
        return next((each for each in self.participants if each.user_id == user_id), None)


def beginning_of(conversation: Conversation) -> int:
    """Where a conversation without messages stands in a list: a Snowflake of the millisecond before it began.

    So it is less than that of any message in it; its low digits are the conversation's own, so that two of one
    beginning have each its place in a list.
    """
    begun_ms = max(EPOCH_MS + 1, (conversation.created_at - _UNIX_EPOCH) // timedelta(milliseconds=1))
    return first_of(begun_ms) - 1 - int(conversation.id[-5:], 16)

"""Channel messages and the events of a channel's log. Source: document 000."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from datasources.records.ids import ChannelId, EventCursor, MessageId, UserId


@dataclass(frozen=True, slots=True)
class Message:
    """One revision of a message. `revision` is in microseconds since 1970 and grows with every change.

    A deleted message has `deleted_at` and empty content; it is never shown, but a store gives it to whoever asks for
    it by id, since the deletion wins over any later revision.
    """

    id: MessageId
    channel_id: ChannelId
    snowflake: int
    author_id: UserId
    content: str
    revision: int
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class EventKind(StrEnum):
    MESSAGE_SENT = "message_sent"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"


@dataclass(frozen=True, slots=True)
class ChannelEvent:
    """A durable change, with the message as it was after it. Its order within a channel is that of its Snowflake."""

    channel_id: ChannelId
    snowflake: int
    kind: EventKind
    at: datetime
    message: Message
    cursor: EventCursor


@dataclass(frozen=True, slots=True)
class SendClaim:
    """What an idempotency key stands for: the id and revision that its message has for ever, and the input's digest.

    Claimed before the first attempt, in the message's own store, and kept for 24 hours.
    """

    author_id: UserId
    key: str
    channel_id: ChannelId
    snowflake: int
    revision: int
    input_digest: str

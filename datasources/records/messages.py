"""Messages of rooms: channels, conversations of two, and groups. Source: documents 000, 003 and 004."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from datasources.records.ids import ChannelId, ConversationId, MessageId, RoomId, UserId


class MessageType(StrEnum):
    """Document 004's: what a message mainly is."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"


HISTORY_MAXIMUM: Final = 500
"""Of the revisions of one message, the newest are given."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that lies elsewhere. `size` is in bytes, as its sender says."""

    url: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    """One revision of a message. `revision` is in microseconds since 1970 and grows with every change.

    A deleted message has `deleted_at` and neither content nor attachments; it is never shown, but a store gives it to
    whoever asks for it by id, since the deletion wins over any later revision. `idempotency_key` is its author's; where
    a fail-over made two of one key, the greater id is deleted and `alias_of` the smaller one.
    """

    id: MessageId
    room_id: RoomId
    snowflake: int
    author_id: UserId
    content: str
    revision: int
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    type: MessageType = MessageType.TEXT
    attachments: tuple[Attachment, ...] = ()
    reply_to_id: MessageId | None = None
    mentioned_ids: tuple[UserId, ...] = ()
    idempotency_key: str | None = None
    alias_of: MessageId | None = None

    @property
    def channel_id(self) -> ChannelId | None:
        return ChannelId(self.room_id) if self.room_id.startswith("chn_") else None

    @property
    def conversation_id(self) -> ConversationId | None:
        return None if self.room_id.startswith("chn_") else ConversationId(self.room_id)

    @property
    def key(self) -> str:
        return self.id

    @property
    def target(self) -> int:
        return self.snowflake

    @property
    def final(self) -> bool:
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True)
class SendClaim:
    """What an idempotency key stands for: the id and revision that its message has for ever, and the input's digest.

    Claimed before the first attempt, in the message's own store, and kept for 24 hours.
    """

    author_id: UserId
    key: str
    room_id: RoomId
    snowflake: int
    revision: int
    input_digest: str

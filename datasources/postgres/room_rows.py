"""What stands in the tables of rooms: messages and the records beside them, as rows.

Every row begins with the columns of its key, the digits of the room first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from datasources.postgres.keys import global_id, restored, storable, uuid_of
from datasources.records.changes import Change, Pin, Reaction, ReadState
from datasources.records.conversations import (
    Block,
    Conversation,
    ConversationKind,
    Participant,
    ParticipantRole,
    beginning_of,
)
from datasources.records.ids import ConversationId, MessageId, UserId, message_id
from datasources.records.messages import Attachment, Message, MessageType

_NEWER: Final = "stored.revision < excluded.revision"


@dataclass(frozen=True, slots=True)
class Shape:
    """A record's table (what follows the set's name), its columns as (name, type), the key's first, and when a row
    gives way to another. `values` and `record` turn a record into a row's values and back.
    """

    table: str
    key: tuple[tuple[str, str], ...]
    rest: tuple[tuple[str, str], ...]
    values: Callable[[Any], tuple[object, ...]]
    record: Callable[..., Any]
    newer: str = _NEWER

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        return self.key + self.rest

    @property
    def names(self) -> str:
        return ", ".join(name for name, _ in self.columns)

    @property
    def key_names(self) -> str:
        return ", ".join(name for name, _ in self.key)


def _message_values(message: Message) -> tuple[object, ...]:
    return (
        uuid_of(message.room_id),
        message.snowflake,
        uuid_of(message.author_id),
        storable(message.content),
        message.revision,
        message.created_at,
        message.edited_at,
        message.deleted_at,
        message.type.value,
        _attachments_value(message.attachments),
        message.reply_to_id,
        [uuid_of(each) for each in message.mentioned_ids] or None,
        None if message.idempotency_key is None else storable(message.idempotency_key),
        message.alias_of,
    )


def _message(
    prefix: str,
    room: UUID,
    snowflake: int,
    author: UUID,
    content: str,
    revision: int,
    created_at: datetime,
    edited_at: datetime | None,
    deleted_at: datetime | None,
    kind: str,
    attachments: str | None,
    reply_to_id: str | None,
    mentioned: list[UUID] | None,
    key: str | None,
    alias_of: str | None,
) -> Message:
    room_id = _room(prefix, room)
    return Message(
        id=message_id(room_id, snowflake),
        room_id=room_id,
        snowflake=snowflake,
        author_id=_user(author),
        content=restored(content),
        revision=revision,
        created_at=created_at,
        edited_at=edited_at,
        deleted_at=deleted_at,
        type=MessageType(kind),
        attachments=() if attachments is None else _attachments(attachments),
        reply_to_id=None if reply_to_id is None else MessageId(reply_to_id),
        mentioned_ids=() if mentioned is None else tuple(_user(each) for each in mentioned),
        idempotency_key=None if key is None else restored(key),
        alias_of=None if alias_of is None else MessageId(alias_of),
    )


def _attachments_value(attachments: tuple[Attachment, ...]) -> str | None:
    if not attachments:
        return None
    values = [
        {
            "url": storable(each.url),
            "name": storable(each.name),
            "media_type": storable(each.media_type),
            "size": each.size,
        }
        for each in attachments
    ]
    return orjson.dumps(values).decode()


def _attachments(value: str) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(restored(each["url"]), restored(each["name"]), restored(each["media_type"]), each["size"])
        for each in orjson.loads(value)
    )


def _reaction(prefix: str, room: UUID, snowflake: int, user: UUID, emoji: str, active: bool, revision: int) -> Reaction:
    room_id = _room(prefix, room)
    return Reaction(room_id, message_id(room_id, snowflake), snowflake, _user(user), restored(emoji), active, revision)


def _pin(
    prefix: str, room: UUID, snowflake: int, pinned_by: UUID, pinned_at: datetime, active: bool, revision: int
) -> Pin:
    room_id = _room(prefix, room)
    return Pin(room_id, message_id(room_id, snowflake), snowflake, _user(pinned_by), pinned_at, active, revision)


def conversation_of(
    prefix: str, room: UUID, kind: str, name: str | None, created_by: UUID, created_at: datetime, revision: int, *_: int
) -> Conversation:
    named = None if name is None else restored(name)
    return Conversation(_room(prefix, room), ConversationKind(kind), named, _user(created_by), created_at, revision)


def _conversation_values(each: Conversation) -> tuple[object, ...]:
    name = None if each.name is None else storable(each.name)
    return (
        uuid_of(each.id),
        each.kind.value,
        name,
        uuid_of(each.created_by),
        each.created_at,
        each.revision,
        beginning_of(each),
    )


def _participant(
    prefix: str, room: UUID, user: UUID, role: str, joined_at: datetime, left_at: datetime | None, revision: int
) -> Participant:
    return Participant(_room(prefix, room), _user(user), ParticipantRole(role), joined_at, left_at, revision)


def _room(prefix: str, room: UUID) -> ConversationId:
    return ConversationId(global_id(prefix, room))


def _user(key: UUID) -> UserId:
    return UserId(global_id("usr", key))


_ROOM: Final = ("room_id", "uuid")
_MESSAGE_KEY: Final = (_ROOM, ("snowflake", "bigint"))
_PERSON_KEY: Final = (_ROOM, ("user_id", "uuid"))
_REVISION: Final = ("revision", "bigint")

MESSAGES: Final = Shape(
    "messages",
    _MESSAGE_KEY,
    (
        ("author_id", "uuid"),
        ("content", "text"),
        _REVISION,
        ("created_at", "timestamptz"),
        ("edited_at", "timestamptz"),
        ("deleted_at", "timestamptz"),
        ("type", "text"),
        ("attachments", "jsonb"),
        ("reply_to_id", "text"),
        ("mentioned_ids", "uuid[]"),
        ("idempotency_key", "text"),
        ("alias_of", "text"),
    ),
    _message_values,
    _message,
    "(stored.deleted_at IS NOT NULL, stored.revision) < (excluded.deleted_at IS NOT NULL, excluded.revision)",
)
CONVERSATIONS: Final = Shape(
    "conversations",
    (_ROOM,),
    (
        ("kind", "text"),
        ("name", "text"),
        ("created_by", "uuid"),
        ("created_at", "timestamptz"),
        _REVISION,
        ("begun", "bigint"),
    ),
    _conversation_values,
    conversation_of,
)
SHAPES: Final[dict[type[Change], Shape]] = {
    Message: MESSAGES,
    Conversation: CONVERSATIONS,
    Reaction: Shape(
        "reactions",
        (*_MESSAGE_KEY, ("user_id", "uuid"), ("emoji", "text")),
        (("active", "boolean"), _REVISION),
        lambda each: (
            uuid_of(each.room_id),
            each.target,
            uuid_of(each.user_id),
            storable(each.emoji),
            each.active,
            each.revision,
        ),
        _reaction,
    ),
    Pin: Shape(
        "pins",
        _MESSAGE_KEY,
        (("pinned_by", "uuid"), ("pinned_at", "timestamptz"), ("active", "boolean"), _REVISION),
        lambda each: (
            uuid_of(each.room_id),
            each.target,
            uuid_of(each.pinned_by),
            each.pinned_at,
            each.active,
            each.revision,
        ),
        _pin,
    ),
    ReadState: Shape(
        "read_states",
        _PERSON_KEY,
        (("last_read", "bigint"),),
        lambda each: (uuid_of(each.room_id), uuid_of(each.user_id), each.last_read),
        lambda prefix, room, user, last_read: ReadState(_room(prefix, room), _user(user), last_read),
        "stored.last_read < excluded.last_read",
    ),
    Participant: Shape(
        "participants",
        _PERSON_KEY,
        (("role", "text"), ("joined_at", "timestamptz"), ("left_at", "timestamptz"), _REVISION),
        lambda each: (
            uuid_of(each.room_id),
            uuid_of(each.user_id),
            each.role.value,
            each.joined_at,
            each.left_at,
            each.revision,
        ),
        _participant,
    ),
    Block: Shape(
        "blocks",
        _PERSON_KEY,
        (("active", "boolean"), _REVISION),
        lambda each: (uuid_of(each.room_id), uuid_of(each.user_id), each.active, each.revision),
        lambda prefix, room, user, active, revision: Block(_room(prefix, room), _user(user), active, revision),
    ),
}

"""Messages as rows."""

from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from datasources.postgres.keys import restored, storable, uuid_of
from datasources.postgres.room_shapes import MESSAGE_KEY, REVISION, Shape, room_of, user_of
from datasources.records.ids import MessageId, message_id
from datasources.records.messages import Attachment, Message, MessageType


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
    room_id = room_of(prefix, room)
    return Message(
        id=message_id(room_id, snowflake),
        room_id=room_id,
        snowflake=snowflake,
        author_id=user_of(author),
        content=restored(content),
        revision=revision,
        created_at=created_at,
        edited_at=edited_at,
        deleted_at=deleted_at,
        type=MessageType(kind),
        attachments=() if attachments is None else _attachments(attachments),
        reply_to_id=None if reply_to_id is None else MessageId(reply_to_id),
        mentioned_ids=() if mentioned is None else tuple(user_of(each) for each in mentioned),
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


MESSAGES: Final = Shape(
    "messages",
    MESSAGE_KEY,
    (
        ("author_id", "uuid"),
        ("content", "text"),
        REVISION,
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

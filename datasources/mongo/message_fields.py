"""Messages as the fields of documents, and back."""

from datasources.mongo.client import Fields
from datasources.mongo.newest import Version
from datasources.records.ids import message_id, room
from datasources.records.messages import Attachment, Message, MessageType


def message_version(message: Message) -> Version:
    return Version(message.id, message.revision, message.final, message_fields(message))


def kept_revision(message: Message) -> Version:
    """One revision of a message in its history."""
    fields = {**message_fields(message), "message_id": message.id}
    return Version(f"{message.id}:{message.revision}", message.revision, message.final, fields)


def message_fields(message: Message) -> Fields:
    """All of a message but its id, which follows from the others; a deleted one has nothing left in it."""
    gone = message.deleted_at is not None
    return {
        "room_id": message.room_id,
        "snowflake": message.snowflake,
        "author_id": message.author_id,
        "content": "" if gone else message.content,
        "revision": message.revision,
        "created_at": message.created_at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
        "type": message.type.value,
        "attachments": [] if gone else [_attachment_fields(each) for each in message.attachments],
        "reply_to_id": None if gone else message.reply_to_id,
        "mentioned_ids": [] if gone else list(message.mentioned_ids),
        "idempotency_key": message.idempotency_key,
        "alias_of": message.alias_of,
    }


def message_of(fields: Fields) -> Message:
    room_id, snowflake = room(fields["room_id"]), fields["snowflake"]
    return Message(
        id=message_id(room_id, snowflake),
        room_id=room_id,
        snowflake=snowflake,
        author_id=fields["author_id"],
        content=fields["content"],
        revision=fields["revision"],
        created_at=fields["created_at"],
        edited_at=fields["edited_at"],
        deleted_at=fields["deleted_at"],
        type=MessageType(fields["type"]),
        attachments=tuple(Attachment(**each) for each in fields["attachments"]),
        reply_to_id=fields["reply_to_id"],
        mentioned_ids=tuple(fields["mentioned_ids"]),
        idempotency_key=fields["idempotency_key"],
        alias_of=fields["alias_of"],
    )


def _attachment_fields(attachment: Attachment) -> Fields:
    return {
        "url": attachment.url,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
    }

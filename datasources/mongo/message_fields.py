"""Messages and their events as the fields of documents, and back."""

from typing import Any

from datasources.mongo.client import Fields
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import event_cursor, message_id
from datasources.records.messages import Message


def message_fields(message: Message) -> Fields:
    """All of a message but its id, which follows from the others."""
    return {
        "channel_id": message.room_id,
        "snowflake": message.snowflake,
        "author_id": message.author_id,
        "content": message.content,
        "revision": message.revision,
        "created_at": message.created_at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
    }


def message_of(fields: Fields) -> Message:
    channel_id, snowflake = fields["channel_id"], fields["snowflake"]
    return Message(
        id=message_id(channel_id, snowflake),
        room_id=channel_id,
        snowflake=snowflake,
        author_id=fields["author_id"],
        content=fields["content"],
        revision=fields["revision"],
        created_at=fields["created_at"],
        edited_at=fields["edited_at"],
        deleted_at=fields["deleted_at"],
    )


def event_document(event: RoomEvent) -> dict[str, Any]:
    return {
        "_id": event.cursor,
        "channel_id": event.room_id,
        "snowflake": event.snowflake,
        "kind": event.kind.value,
        "at": event.at,
        "message": message_fields(event.message),
    }


def event_of(document: Fields) -> RoomEvent:
    channel_id, snowflake = document["channel_id"], document["snowflake"]
    return RoomEvent(
        room_id=channel_id,
        snowflake=snowflake,
        kind=EventKind(document["kind"]),
        at=document["at"],
        change=message_of(document["message"]),
        cursor=event_cursor(channel_id, snowflake),
    )

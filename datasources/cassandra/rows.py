"""Rows and records: what a message and an event are in the tables of `migrations/`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from cassandra.query import UNSET_VALUE

from datasources.cassandra.buckets import bucket_of, channel_key
from datasources.cassandra.cluster import Statement
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import RoomId, UserId, event_cursor, message_id
from datasources.records.messages import Message
from datasources.snowflakes import datetime_of

MESSAGE_COLUMNS: Final = "message_id, author_id, body.content, revision, edited_at, deleted_at"
EVENT_COLUMNS: Final = f"event_id, kind, at, {MESSAGE_COLUMNS}"

WRITE_MESSAGE: Final = Statement(
    "INSERT INTO $keyspace.messages (channel_id, bucket, message_id, author_id, body, revision, edited_at, deleted_at)"
    " VALUES (?, ?, ?, ?, {content: ?}, ?, ?, ?) USING TIMESTAMP ?"
)
WRITE_EVENT: Final = Statement(
    "INSERT INTO $keyspace.channel_events (channel_id, bucket, event_id, kind, at,"
    " message_id, author_id, body, revision, edited_at, deleted_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, {content: ?}, ?, ?, ?) USING TIMESTAMP ?"
)


def message_values(message: Message) -> tuple[Any, ...]:
    """For `WRITE_MESSAGE`."""
    return (
        channel_key(message.room_id),
        bucket_of(message.snowflake),
        *_content_values(message),
        message.revision,
    )


def event_values(event: RoomEvent) -> tuple[Any, ...]:
    """For `WRITE_EVENT`."""
    return (
        channel_key(event.room_id),
        bucket_of(event.snowflake),
        event.snowflake,
        event.kind.value,
        event.at,
        *_content_values(event.message),
        event.message.revision,
    )


def messages(channel_id: RoomId, rows: Iterable[Sequence[Any]]) -> list[Message]:
    """Of rows with `MESSAGE_COLUMNS`. Whatever revision came after a deletion, the message stays deleted and empty."""
    return [
        Message(
            id=message_id(channel_id, snowflake),
            room_id=channel_id,
            snowflake=snowflake,
            author_id=UserId("usr_" + author.hex),
            content=content if deleted_at is None else "",
            revision=revision,
            created_at=datetime_of(snowflake),
            edited_at=_in_utc(edited_at),
            deleted_at=_in_utc(deleted_at),
        )
        for snowflake, author, content, revision, edited_at, deleted_at in rows
    ]


def events(channel_id: RoomId, rows: Iterable[Sequence[Any]]) -> list[RoomEvent]:
    """Of rows with `EVENT_COLUMNS`."""
    return [
        RoomEvent(
            room_id=channel_id,
            snowflake=snowflake,
            kind=EventKind(kind),
            at=at.replace(tzinfo=UTC),
            change=messages(channel_id, [columns])[0],
            cursor=event_cursor(channel_id, snowflake),
        )
        for snowflake, kind, at, *columns in rows
    ]


def _content_values(message: Message) -> tuple[Any, ...]:
    return (
        message.snowflake,
        UUID(hex=message.author_id[4:]),
        message.content if message.deleted_at is None else "",
        message.revision,
        _unless_none(message.edited_at),
        _unless_none(message.deleted_at),
    )


def _unless_none(at: datetime | None) -> Any:
    # A null would be a deletion of the column, newer than what stands there.
    return UNSET_VALUE if at is None else at


def _in_utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)

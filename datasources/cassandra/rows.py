"""Rows and records: what a message, its earlier revisions and an event are in the tables of `migrations/`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from cassandra.query import UNSET_VALUE

from datasources.cassandra.buckets import bucket_of, channel_key
from datasources.cassandra.cluster import Statement
from datasources.records.changes import RoomEvent
from datasources.records.encoding import decode_logged, encode_event, message_rest, rest_fields
from datasources.records.ids import MessageId, RoomId, UserId, message_id, split_message_id
from datasources.records.messages import Message
from datasources.snowflakes import datetime_of, milliseconds_of

REVISION_COLUMNS: Final = "message_id, author_id, body.content, body.rest, revision, edited_at"
MESSAGE_COLUMNS: Final = f"{REVISION_COLUMNS}, deleted_at, alias_of"
EVENT_COLUMNS: Final = "event_id, payload"

WRITE_MESSAGE: Final = Statement(
    "INSERT INTO $keyspace.messages"
    " (channel_id, bucket, message_id, revision, author_id, body, edited_at, deleted_at, alias_of)"
    " VALUES (?, ?, ?, ?, ?, {content: ?, rest: ?}, ?, ?, ?) USING TIMESTAMP ?"
)
WRITE_REVISION: Final = Statement(
    "INSERT INTO $keyspace.message_history (channel_id, bucket, message_id, revision, author_id, body, edited_at)"
    " VALUES (?, ?, ?, ?, ?, {content: ?, rest: ?}, ?) USING TIMESTAMP ?"
)
FORGET_REVISIONS: Final = Statement(
    "DELETE FROM $keyspace.message_history USING TIMESTAMP ? WHERE channel_id = ? AND bucket = ? AND message_id = ?"
)
WRITE_EVENT: Final = Statement(
    "INSERT INTO $keyspace.channel_events (channel_id, bucket, event_id, payload) VALUES (?, ?, ?, ?) USING TIMESTAMP ?"
)

# What a deleted message has no more.
_EMPTY: Final[dict[str, Any]] = {"content": "", "attachments": (), "reply_to_id": None, "mentioned_ids": ()}
# An edit that did not know of the deletion has a revision of its own time, which is seconds later at most.
_LATE_EDITS_MICROSECONDS: Final = 24 * 60 * 60 * 1_000_000


def message_values(message: Message) -> tuple[Any, ...]:
    """For `WRITE_MESSAGE`. Nothing is null but within the frozen body: a null would be a deletion of its column."""
    return (
        *_revision_values(message),
        _unless_none(message.deleted_at),
        _unless_none(_snowflake_of(message.alias_of)),
        message.revision,
    )


def revision_values(message: Message) -> tuple[Any, ...]:
    """For `WRITE_REVISION`."""
    return (*_revision_values(message), message.revision)


def forgetting_values(deleted: Message) -> tuple[Any, ...]:
    """For `FORGET_REVISIONS`: what late edits add is gone as well."""
    return (
        deleted.revision + _LATE_EDITS_MICROSECONDS,
        channel_key(deleted.room_id),
        bucket_of(deleted.snowflake),
        deleted.snowflake,
    )


def event_values(event: RoomEvent) -> tuple[Any, ...]:
    """For `WRITE_EVENT`. An event's row is written by one alone, at its own time; what was before is in the history."""
    return (
        channel_key(event.room_id),
        bucket_of(event.snowflake),
        event.snowflake,
        encode_event(event if event.previous is None else replace(event, previous=None)),
        milliseconds_of(event.snowflake) * 1000,
    )


def messages(channel_id: RoomId, rows: Iterable[Sequence[Any]]) -> list[Message]:
    """Of rows with `MESSAGE_COLUMNS`. Whatever revision came after a deletion, the message stays deleted and empty."""
    found = []
    for snowflake, author, content, rest, revision, edited_at, deleted_at, alias_of in rows:
        message = Message(
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
        if rest is not None or alias_of is not None:
            message = _with_rest(message, rest, alias_of)
        found.append(message)
    return found


def revisions(channel_id: RoomId, rows: Iterable[Sequence[Any]]) -> list[Message]:
    """Of rows with `REVISION_COLUMNS`."""
    return messages(channel_id, ((*row, None, None) for row in rows))


def events(room_id: RoomId, rows: Iterable[Sequence[Any]]) -> list[RoomEvent]:
    """Of rows with `EVENT_COLUMNS`; those of before there were payloads are left out."""
    return [decode_logged(payload, room_id, event_id) for event_id, payload in rows if payload is not None]


def _revision_values(message: Message) -> tuple[Any, ...]:
    kept = message if message.deleted_at is None else replace(message, **_EMPTY)
    rest = message_rest(kept)
    return (
        channel_key(message.room_id),
        bucket_of(message.snowflake),
        message.snowflake,
        message.revision,
        UUID(hex=message.author_id[4:]),
        kept.content,
        None if rest is None else rest.decode(),
        _unless_none(message.edited_at),
    )


def _with_rest(message: Message, rest: str | None, alias_of: int | None) -> Message:
    fields = rest_fields(rest)
    if message.deleted_at is not None:
        fields |= _EMPTY
    if alias_of is not None:
        fields["alias_of"] = message_id(message.room_id, alias_of)
    return replace(message, **fields)


def _snowflake_of(alias: MessageId | None) -> int | None:
    place = None if alias is None else split_message_id(alias)
    return None if place is None else place[1]


def _unless_none(value: Any) -> Any:
    return UNSET_VALUE if value is None else value


def _in_utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)

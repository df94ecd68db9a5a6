"""Channel events as bytes for the broker. The first element is the version of what follows.

    [1, channel, snowflake, kind, at, [snowflake, author, content, revision, created, edited, deleted]]

Times are whole microseconds since 1970. Ids and the cursor follow from channel and Snowflake, so they are not sent.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from datasources.errors import DatasourceError
from datasources.records.ids import ChannelId, UserId, event_cursor, message_id
from datasources.records.messages import ChannelEvent, EventKind, Message

VERSION: Final = 1

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Undecodable(DatasourceError):
    """These bytes are no event of a version that this process speaks; its log holds the event itself."""


def encode(event: ChannelEvent) -> bytes:
    message = event.message
    body = [
        message.snowflake,
        message.author_id,
        message.content,
        message.revision,
        _to_microseconds(message.created_at),
        None if message.edited_at is None else _to_microseconds(message.edited_at),
        None if message.deleted_at is None else _to_microseconds(message.deleted_at),
    ]
    return orjson.dumps([VERSION, event.channel_id, event.snowflake, event.kind, _to_microseconds(event.at), body])


def decode(payload: bytes) -> ChannelEvent:
    """Raises `Undecodable`."""
    try:
        version, channel, snowflake, kind, at, body = orjson.loads(payload)
        if version != VERSION:
            raise Undecodable(f"version {version!r} of the events is not known here")
        channel_id = ChannelId(channel)
        message_snowflake, author, content, revision, created, edited, deleted = body
        message = Message(
            id=message_id(channel_id, message_snowflake),
            channel_id=channel_id,
            snowflake=message_snowflake,
            author_id=UserId(author),
            content=content,
            revision=revision,
            created_at=_from_microseconds(created),
            edited_at=None if edited is None else _from_microseconds(edited),
            deleted_at=None if deleted is None else _from_microseconds(deleted),
        )
        return ChannelEvent(
            channel_id=channel_id,
            snowflake=snowflake,
            kind=EventKind(kind),
            at=_from_microseconds(at),
            message=message,
            cursor=event_cursor(channel_id, snowflake),
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise Undecodable(f"{len(payload)} bytes are no event: {error}") from error


def _to_microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _from_microseconds(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)

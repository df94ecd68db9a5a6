"""Records and events as bytes: for the broker, and for the columns and fields of stores that look no further into them.

    event    [version, room, snowflake, kind, at, quiet, change, previous or null]
    change   [tag, room, ...]: of a message its Snowflake, author, content, revision, times and `message_rest`; of any
             other record what `_FIELDS` names, in that order

Times are whole microseconds since 1970. Ids and cursors that follow from room and Snowflake are not written.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from datasources.errors import DatasourceError
from datasources.records.changes import (
    Belonging,
    Change,
    EventKind,
    Grading,
    GradingStatus,
    Pin,
    Reaction,
    ReadState,
    RoomEvent,
    Unreadable,
)
from datasources.records.conversations import Block, Conversation, ConversationKind, Participant, ParticipantRole
from datasources.records.ids import MessageId, RoomId, UserId, event_cursor, message_id, room
from datasources.records.messages import Attachment, Message, MessageType
from datasources.snowflakes import datetime_of

VERSION: Final = 2

_log = logging.getLogger(__name__)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Undecodable(DatasourceError):
    """These bytes are nothing of a version that this process speaks."""


def encode_event(event: RoomEvent) -> bytes:
    previous = None if event.previous is None else _values(event.previous)
    at = _to_microseconds(event.at)
    return orjson.dumps(
        [VERSION, event.room_id, event.snowflake, event.kind, at, event.quiet, _values(event.change), previous]
    )


def decode_event(payload: bytes | str) -> RoomEvent:
    """Raises `Undecodable`."""
    try:
        version, room_id, snowflake, kind, at, quiet, change, previous = orjson.loads(payload)
        if version != VERSION:
            raise Undecodable(f"version {version!r} of the events is not known here")
        before = None if previous is None else _change(previous)
        if before is not None and not isinstance(before, Message):
            raise Undecodable("what was before an edit is a message")
        return RoomEvent(
            room_id=room(room_id),
            snowflake=snowflake,
            kind=EventKind(kind),
            at=_from_microseconds(at),
            change=_change(change),
            cursor=event_cursor(room(room_id), snowflake),
            quiet=quiet,
            previous=before,
        )
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Undecodable(f"{len(payload)} bytes are no event: {error}") from error


def decode_logged(payload: bytes | str, room_id: RoomId, snowflake: int) -> RoomEvent:
    """The event at this place of a log; `Unreadable` where it cannot be decoded, so that nothing behind it is lost."""
    try:
        return decode_event(payload)
    except Undecodable as error:
        _log.warning("an event of %s at %s is not readable here: %s", room_id, snowflake, error)
        return RoomEvent(
            room_id=room_id,
            snowflake=snowflake,
            kind=EventKind.UNREADABLE,
            at=datetime_of(snowflake),
            change=Unreadable(room_id),
            cursor=event_cursor(room_id, snowflake),
        )


class OwedDecoder:
    """Reads the events that one store (`name`, for the log) keeps for another. What a newer version of this program
    wrote waits for that, and holds up nothing.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._unreadable = 0

    def __call__(self, payloads: Sequence[bytes | str]) -> list[RoomEvent]:
        """Those that this version can read; raises `Undecodable` where there are some and it can read none."""
        events: list[RoomEvent] = []
        for payload in payloads:
            with suppress(Undecodable):
                events.append(decode_event(payload))
        unreadable = len(payloads) - len(events)
        if unreadable != self._unreadable:
            # Asked four times a second: only a change is worth a line.
            self._unreadable = unreadable
            _log.warning("of what %s owes, %s events cannot be read by this version", self._name, unreadable)
        if unreadable and not events:
            # An empty list would say that nothing is owed.
            raise Undecodable("none of the oldest owed events can be read by this version")
        return events


def encode_record(change: Change) -> bytes:
    return orjson.dumps(_values(change))


def decode_record(payload: bytes | str) -> Change:
    """Raises `Undecodable`."""
    try:
        return _change(orjson.loads(payload))
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Undecodable(f"{len(payload)} bytes are no record: {error}") from error


def message_rest(message: Message) -> bytes | None:
    """What few messages have: all but content, author and times; None where there is none of it."""
    rest = _rest_values(message)
    return None if rest is None else orjson.dumps(rest)


def rest_fields(rest: bytes | str | None) -> dict[str, Any]:
    """`message_rest` as arguments of `Message`."""
    return {} if rest is None else _rest_arguments(orjson.loads(rest))


def _values(change: Change) -> list[Any]:
    if isinstance(change, Message):
        return [
            "message",
            change.room_id,
            change.snowflake,
            change.author_id,
            change.content,
            change.revision,
            _to_microseconds(change.created_at),
            _or_none(change.edited_at),
            _or_none(change.deleted_at),
            _rest_values(change),
        ]
    tag, fields = _BY_TYPE[type(change)]
    return [tag, change.room_id, *(_PLAIN.get(name, _same)(getattr(change, name)) for name in fields)]


def _change(values: Sequence[Any]) -> Change:
    tag, place, *rest = values
    room_id = room(place)
    if tag == "message":
        return _message(room_id, rest)
    made, fields = _BY_TAG[tag]
    arguments = {name: _RICH.get((tag, name), _same)(value) for name, value in zip(fields, rest, strict=True)}
    if "target" in arguments:
        arguments["message_id"] = message_id(room_id, arguments["target"])
    arguments["id" if made is Conversation else "room_id"] = room_id
    found: Change = made(**arguments)
    return found


def _message(room_id: RoomId, values: Sequence[Any]) -> Message:
    snowflake, author, content, revision, created, edited, deleted, rest = values
    return Message(
        id=message_id(room_id, snowflake),
        room_id=room_id,
        snowflake=snowflake,
        author_id=UserId(author),
        content=content,
        revision=revision,
        created_at=_from_microseconds(created),
        edited_at=None if edited is None else _from_microseconds(edited),
        deleted_at=None if deleted is None else _from_microseconds(deleted),
        **({} if rest is None else _rest_arguments(rest)),
    )


def _rest_values(message: Message) -> list[Any] | None:
    attachments = [[each.url, each.name, each.media_type, each.size] for each in message.attachments]
    rest = [
        None if message.type is MessageType.TEXT else message.type,
        attachments,
        message.reply_to_id,
        message.mentioned_ids,
        message.idempotency_key,
        message.alias_of,
    ]
    return rest if any(rest) else None


def _rest_arguments(rest: Sequence[Any]) -> dict[str, Any]:
    kind, attachments, reply_to_id, mentioned_ids, idempotency_key, alias_of = rest
    return {
        "type": MessageType.TEXT if kind is None else MessageType(kind),
        "attachments": tuple(Attachment(*each) for each in attachments),
        "reply_to_id": None if reply_to_id is None else MessageId(reply_to_id),
        "mentioned_ids": tuple(UserId(each) for each in mentioned_ids),
        "idempotency_key": idempotency_key,
        "alias_of": None if alias_of is None else MessageId(alias_of),
    }


def _same(value: Any) -> Any:
    return value


def _or_none(at: datetime | None) -> int | None:
    return None if at is None else _to_microseconds(at)


def _from_or_none(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _from_microseconds(microseconds)


def _status(value: str | None) -> GradingStatus | None:
    return None if value is None else GradingStatus(value)


def _to_microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _from_microseconds(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


_FIELDS: Final[dict[str, tuple[type, tuple[str, ...]]]] = {
    "reaction": (Reaction, ("target", "user_id", "emoji", "active", "revision")),
    "pin": (Pin, ("target", "pinned_by", "pinned_at", "active", "revision")),
    "grading": (Grading, ("target", "status", "graded_by", "graded_at", "revision")),
    "read": (ReadState, ("user_id", "last_read")),
    "conversation": (Conversation, ("kind", "name", "created_by", "created_at", "revision")),
    "participant": (Participant, ("user_id", "role", "joined_at", "left_at", "revision")),
    "block": (Block, ("user_id", "active", "revision")),
    "belonging": (Belonging, ("user_id", "place_id", "role", "revision")),
}
_BY_TAG: Final[dict[str, tuple[Any, tuple[str, ...]]]] = dict(_FIELDS)
_BY_TYPE: Final = {made: (tag, fields) for tag, (made, fields) in _FIELDS.items()}
_PLAIN: Final[dict[str, Callable[[Any], Any]]] = dict.fromkeys(
    ("pinned_at", "graded_at", "created_at", "joined_at", "left_at"), _or_none
)
_RICH: Final[dict[tuple[str, str], Callable[[Any], Any]]] = {
    ("pin", "pinned_at"): _from_microseconds,
    ("grading", "graded_at"): _from_microseconds,
    ("grading", "status"): _status,
    ("conversation", "kind"): ConversationKind,
    ("conversation", "created_at"): _from_microseconds,
    ("participant", "role"): ParticipantRole,
    ("participant", "joined_at"): _from_microseconds,
    ("participant", "left_at"): _from_or_none,
}

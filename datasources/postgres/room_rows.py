"""What stands in the tables of rooms besides messages, as rows; and the shapes of all of them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from datasources.postgres.keys import restored, storable, uuid_of
from datasources.postgres.message_rows import MESSAGES
from datasources.postgres.room_shapes import MESSAGE_KEY, PERSON_KEY, REVISION, ROOM, Shape, room_of, user_of
from datasources.records.changes import Change, Pin, Reaction, ReadState
from datasources.records.conversations import (
    Block,
    Conversation,
    ConversationKind,
    Participant,
    ParticipantRole,
    beginning_of,
)
from datasources.records.ids import message_id
from datasources.records.messages import Message


def _reaction(prefix: str, room: UUID, snowflake: int, user: UUID, emoji: str, active: bool, revision: int) -> Reaction:
    room_id = room_of(prefix, room)
    return Reaction(
        room_id, message_id(room_id, snowflake), snowflake, user_of(user), restored(emoji), active, revision
    )


def _pin(
    prefix: str, room: UUID, snowflake: int, pinned_by: UUID, pinned_at: datetime, active: bool, revision: int
) -> Pin:
    room_id = room_of(prefix, room)
    return Pin(room_id, message_id(room_id, snowflake), snowflake, user_of(pinned_by), pinned_at, active, revision)


def conversation_of(
    prefix: str, room: UUID, kind: str, name: str | None, created_by: UUID, created_at: datetime, revision: int, *_: int
) -> Conversation:
    named = None if name is None else restored(name)
    return Conversation(room_of(prefix, room), ConversationKind(kind), named, user_of(created_by), created_at, revision)


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
    return Participant(room_of(prefix, room), user_of(user), ParticipantRole(role), joined_at, left_at, revision)


CONVERSATIONS: Final = Shape(
    "conversations",
    (ROOM,),
    (
        ("kind", "text"),
        ("name", "text"),
        ("created_by", "uuid"),
        ("created_at", "timestamptz"),
        REVISION,
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
        (*MESSAGE_KEY, ("user_id", "uuid"), ("emoji", "text")),
        (("active", "boolean"), REVISION),
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
        MESSAGE_KEY,
        (("pinned_by", "uuid"), ("pinned_at", "timestamptz"), ("active", "boolean"), REVISION),
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
        PERSON_KEY,
        (("last_read", "bigint"),),
        lambda each: (uuid_of(each.room_id), uuid_of(each.user_id), each.last_read),
        lambda prefix, room, user, last_read: ReadState(room_of(prefix, room), user_of(user), last_read),
        "stored.last_read < excluded.last_read",
    ),
    Participant: Shape(
        "participants",
        PERSON_KEY,
        (("role", "text"), ("joined_at", "timestamptz"), ("left_at", "timestamptz"), REVISION),
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
        PERSON_KEY,
        (("active", "boolean"), REVISION),
        lambda each: (uuid_of(each.room_id), uuid_of(each.user_id), each.active, each.revision),
        lambda prefix, room, user, active, revision: Block(room_of(prefix, room), user_of(user), active, revision),
    ),
}

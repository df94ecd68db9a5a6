"""Global ids: a prefix by type and enough after it to look the thing up.

A record carries its id in this form, so that a field reads it directly. Stores turn it into what they keep.

- `usr_`, `wsp_`, `chn_`, `grp_`, `inv_`, `ses_`: 32 hexadecimal digits, a UUID of version 7.
- `dir_`: a conversation of two; its digits follow from the two, so whoever begins it begins the same one.
- `msg_<room>_<snowflake>`: the digits of the message's room and its Snowflake, so that a message is one partition read
  away. A room is what has messages and a log: in a channel `msg_`, between two `dms_`, in a group `gms_`.
- `evt_<room>_<snowflake>`: a place in a room's log, the cursor of an event there. Of a channel `evt_`, between two
  `dev_`, of a group `gev_`, of what concerns one person `vev_`.
"""

import re
import secrets
import time
from hashlib import sha256
from typing import Final, NewType

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
WorkspaceId = NewType("WorkspaceId", str)
ChannelId = NewType("ChannelId", str)
ConversationId = NewType("ConversationId", str)
RoomId = ChannelId | ConversationId | UserId
"""What has messages and a log; of a person, the log of what concerns them."""

InvitationId = NewType("InvitationId", str)
MessageId = NewType("MessageId", str)
EventCursor = NewType("EventCursor", str)

SNOWFLAKE_MAX = (1 << 63) - 1

_MESSAGE_PREFIXES: Final = {"chn": "msg", "dir": "dms", "grp": "gms"}
_EVENT_PREFIXES: Final = {"chn": "evt", "dir": "dev", "grp": "gev", "usr": "vev"}
_ROOM_OF_MESSAGE: Final = {message: room for room, message in _MESSAGE_PREFIXES.items()}
_ROOM_OF_EVENT: Final = {event: room for room, event in _EVENT_PREFIXES.items()}

MESSAGE_PREFIXES: Final = frozenset(_ROOM_OF_MESSAGE)

_UUID_DIGITS = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SNOWFLAKE_DIGITS = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def uuid7_hex() -> str:
    """32 hexadecimal digits of a new UUID of version 7 (RFC 9562): milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (
        (milliseconds & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | (random & (1 << 62) - 1)
    )
    return f"{value:032x}"


def new_user_id() -> UserId:
    return UserId("usr_" + uuid7_hex())


def new_session_id() -> SessionId:
    return SessionId("ses_" + uuid7_hex())


def new_workspace_id() -> WorkspaceId:
    return WorkspaceId("wsp_" + uuid7_hex())


def new_channel_id() -> ChannelId:
    return ChannelId("chn_" + uuid7_hex())


def new_invitation_id() -> InvitationId:
    return InvitationId("inv_" + uuid7_hex())


def new_group_id() -> ConversationId:
    return ConversationId("grp_" + uuid7_hex())


def direct_id(one: UserId, other: UserId) -> ConversationId:
    """The conversation of these two, whoever asks."""
    digest = sha256("\n".join(sorted((one, other))).encode()).hexdigest()
    return ConversationId("dir_" + digest[:32])


def room(text: str) -> RoomId:
    """The id of a room, whichever kind it is."""
    match text[:3]:
        case "chn":
            return ChannelId(text)
        case "usr":
            return UserId(text)
        case _:
            return ConversationId(text)


def message_id(room_id: RoomId, snowflake: int) -> MessageId:
    return MessageId(f"{_MESSAGE_PREFIXES[room_id[:3]]}_{room_id[4:]}_{snowflake}")


def event_cursor(room_id: RoomId, snowflake: int) -> EventCursor:
    return EventCursor(f"{_EVENT_PREFIXES[room_id[:3]]}_{room_id[4:]}_{snowflake}")


def prefix_of(text: str) -> str:
    """The type's prefix of a well-formed id, such as `usr`; an empty string where the text is not an id."""
    prefix, separator, rest = text.partition("_")
    if not separator:
        return ""
    if prefix in _ROOM_OF_MESSAGE or prefix in _ROOM_OF_EVENT:
        return prefix if (split_message_id(text) or split_cursor(text)) is not None else ""
    return prefix if _UUID_DIGITS.fullmatch(rest) else ""


def split_message_id(text: str) -> tuple[RoomId, int] | None:
    """(room, Snowflake) of a message's id; None where the text is not one."""
    return _split(text, _ROOM_OF_MESSAGE)


def split_cursor(text: str) -> tuple[RoomId, int] | None:
    """(room, Snowflake) of an event's cursor; None where the text is not one."""
    return _split(text, _ROOM_OF_EVENT)


def _split(text: str, rooms: dict[str, str]) -> tuple[RoomId, int] | None:
    parts = text.split("_")
    if len(parts) != 3 or parts[0] not in rooms:  # noqa: PLR2004 - prefix, room, Snowflake
        return None
    if not _UUID_DIGITS.fullmatch(parts[1]) or not _SNOWFLAKE_DIGITS.fullmatch(parts[2]):
        return None
    snowflake = int(parts[2])
    return (room(f"{rooms[parts[0]]}_{parts[1]}"), snowflake) if snowflake <= SNOWFLAKE_MAX else None

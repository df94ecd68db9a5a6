"""Global ids: a prefix by type and enough after it to look the thing up.

A record carries its id in this form, so that a field reads it directly. Stores turn it into what they keep.

- `usr_`, `wsp_`, `chn_`, `inv_`, `ses_`: 32 hexadecimal digits, a UUID of version 7.
- `msg_<channel>_<snowflake>`: the digits of the channel and the message's Snowflake, so that a message is one
  partition read away.
- `evt_<channel>_<snowflake>`: a place in a channel's event log; it is the event's cursor.
"""

import re
import secrets
import time
from typing import NewType

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
WorkspaceId = NewType("WorkspaceId", str)
ChannelId = NewType("ChannelId", str)
InvitationId = NewType("InvitationId", str)
MessageId = NewType("MessageId", str)
EventCursor = NewType("EventCursor", str)

SNOWFLAKE_MAX = (1 << 63) - 1

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


def message_id(channel_id: ChannelId, snowflake: int) -> MessageId:
    return MessageId(f"msg_{channel_id[4:]}_{snowflake}")


def event_cursor(channel_id: ChannelId, snowflake: int) -> EventCursor:
    return EventCursor(f"evt_{channel_id[4:]}_{snowflake}")


def prefix_of(text: str) -> str:
    """The type's prefix of a well-formed id, such as `usr`; an empty string where the text is not an id."""
    prefix, separator, rest = text.partition("_")
    if not separator:
        return ""
    if prefix in {"msg", "evt"}:
        return prefix if split_snowflake_id(prefix, text) is not None else ""
    return prefix if _UUID_DIGITS.fullmatch(rest) else ""


def split_snowflake_id(prefix: str, text: str) -> tuple[ChannelId, int] | None:
    """(channel id, Snowflake) of a `msg_` or `evt_` id; None where the text is not one."""
    parts = text.split("_")
    if len(parts) != 3 or parts[0] != prefix:  # noqa: PLR2004 - prefix, channel, Snowflake
        return None
    if not _UUID_DIGITS.fullmatch(parts[1]) or not _SNOWFLAKE_DIGITS.fullmatch(parts[2]):
        return None
    snowflake = int(parts[2])
    return (ChannelId("chn_" + parts[1]), snowflake) if snowflake <= SNOWFLAKE_MAX else None

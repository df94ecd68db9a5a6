"""What is told once and kept nowhere: it has no cursor, and whoever is not listening does not hear of it.

Its bytes begin with a mark that no event begins with, since both come under the topic of a room.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from datasources.records.encoding import Undecodable
from datasources.records.ids import RoomId, UserId, room

MARK: Final = b"~"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody is writing something."""

    room_id: RoomId
    user_id: UserId
    at: datetime


def encode_typing(typing: Typing) -> bytes:
    return MARK + orjson.dumps([typing.room_id, typing.user_id, (typing.at - _EPOCH) // _MICROSECOND])


def is_ephemeral(payload: bytes) -> bool:
    return payload.startswith(MARK)


def decode_typing(payload: bytes) -> Typing:
    """Raises `Undecodable`."""
    try:
        room_id, user_id, at = orjson.loads(payload.removeprefix(MARK))
        return Typing(room(room_id), UserId(user_id), _EPOCH + at * _MICROSECOND)
    except (ValueError, TypeError, OverflowError) as error:
        raise Undecodable(f"{len(payload)} bytes are nothing ephemeral: {error}") from error

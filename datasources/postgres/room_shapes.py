"""How a record of a room is a row: the columns, and when one row gives way to another.

Every row begins with the columns of its key, the digits of the room first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from datasources.postgres.keys import global_id
from datasources.records.ids import ConversationId, UserId

NEWER: Final = "stored.revision < excluded.revision"

ROOM: Final = ("room_id", "uuid")
MESSAGE_KEY: Final = (ROOM, ("snowflake", "bigint"))
PERSON_KEY: Final = (ROOM, ("user_id", "uuid"))
REVISION: Final = ("revision", "bigint")


@dataclass(frozen=True, slots=True)
class Shape:
    """A record's table (what follows the set's name), its columns as (name, type), the key's first, and when a row
    gives way to another. `values` and `record` turn a record into a row's values and back.
    """

    table: str
    key: tuple[tuple[str, str], ...]
    rest: tuple[tuple[str, str], ...]
    values: Callable[[Any], tuple[object, ...]]
    record: Callable[..., Any]
    newer: str = NEWER

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        return self.key + self.rest

    @property
    def names(self) -> str:
        return ", ".join(name for name, _ in self.columns)

    @property
    def key_names(self) -> str:
        return ", ".join(name for name, _ in self.key)


def room_of(prefix: str, room: UUID) -> ConversationId:
    return ConversationId(global_id(prefix, room))


def user_of(key: UUID) -> UserId:
    return UserId(global_id("usr", key))

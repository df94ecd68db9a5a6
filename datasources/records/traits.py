"""What the small records of rooms have in common."""

from typing import ClassVar

from datasources.records.ids import UserId


class OfMessage:
    """Found by the message that it is about: its Snowflake is the record's `target`."""

    __slots__ = ()

    final: ClassVar[bool] = False
    target: int

    @property
    def key(self) -> str:
        return str(self.target)


class OfRoom:
    """About no message."""

    __slots__ = ()

    final: ClassVar[bool] = False
    target: ClassVar[int] = 0


class OfPerson(OfRoom):
    """One of each person in a room."""

    __slots__ = ()

    user_id: UserId

    @property
    def key(self) -> str:
        return self.user_id

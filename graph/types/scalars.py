"""The scalars of the schema, each with the specification that it follows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NewType
from urllib.parse import urlsplit

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

URL = NewType("URL", str)
BigInt = NewType("BigInt", int)

BIG_INT_DIGITS_MAXIMUM: Final = 19


class _WriteDateTimes:
    """Milliseconds in UTC. By orjson, which writes a moment in a third of the time that `isoformat` takes: pages are
    full of them.
    """

    def __call__(self, value: datetime) -> str:
        text = orjson.dumps(value if value.tzinfo is UTC else value.astimezone(UTC))
        return _in_milliseconds(text[1:-1].decode())

    def column(self, values: Sequence[datetime]) -> list[str]:
        """Many in one go."""
        text = orjson.dumps(values).decode()
        step = _WITH_FRACTION + len('"",')
        if len(text) == step * len(values) + 1 and text.count("+00:00") == len(values):
            return [text[start : start + 23] + "Z" for start in range(2, len(text), step)]
        if text.count('+00:00"') < len(values):
            return [self(value) for value in values]
        return [_in_milliseconds(each) for each in text[2:-2].split('","')]


_WITH_FRACTION: Final = len("2026-01-31T09:30:00.000000+00:00")


def _in_milliseconds(text: str) -> str:
    return text[:23] + "Z" if len(text) == _WITH_FRACTION else text[:19] + ".000Z"


def _parse_datetime(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError("DateTime must be a text of RFC 3339 with its offset, such as 2026-01-31T09:30:00Z.")


def _parse_url(value: object) -> str:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        parts = None
    if isinstance(value, str) and parts is not None and parts.scheme in {"http", "https"} and parts.netloc:
        return value
    raise GraphQLError("URL must be an absolute address of the web.")


def _parse_big_int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63:
        return value
    digits = value.removeprefix("-") if isinstance(value, str) else ""
    if digits.isascii() and digits.isdigit() and len(digits) <= BIG_INT_DIGITS_MAXIMUM and abs(int(digits)) < 1 << 63:
        return int(str(value))
    raise GraphQLError("BigInt must be a whole number of 64 bits, as a text of digits or as a number.")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, as in RFC 3339, such as `2026-01-31T09:30:00.000Z`.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_WriteDateTimes(),
        parse_value=_parse_datetime,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute address of the web.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
        parse_value=_parse_url,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of 64 bits, as a text of digits, since JavaScript's numbers end at 53 bits.",
        specified_by_url="https://the-guild.dev/graphql/scalars/docs/scalars/big-int",
        serialize=str,
        parse_value=_parse_big_int,
    ),
}

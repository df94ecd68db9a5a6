"""Ids of demo data: of the same form as others, but the same in every run, and messages under a worker of their own."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from datasources.snowflakes import IMPORT_WORKER, Grant, SnowflakeMaker

_RANDOM_BITS: Final = 74


def uuid7_hex(name: str, at: datetime) -> str:
    """32 hexadecimal digits of a UUID of version 7 made at this time, its random bits from the name."""
    bits = int.from_bytes(sha256(name.encode()).digest()) >> (256 - _RANDOM_BITS)
    milliseconds = milliseconds_of(at)
    value = milliseconds << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | (bits & (1 << 62) - 1)
    return f"{value:032x}"


def milliseconds_of(at: datetime) -> int:
    """The Unix time in milliseconds."""
    return microseconds_of(at) // 1_000


def microseconds_of(at: datetime) -> int:
    """The Unix time in microseconds: what a revision is counted in."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


class PastSnowflakes:
    """Snowflakes of a past time, of the worker that is kept for imports; ascending when the times are."""

    def __init__(self) -> None:
        self._ms = 0
        self._maker = SnowflakeMaker(clock=lambda: self._ms)
        self._maker.allow(Grant(IMPORT_WORKER))

    def at(self, time: datetime) -> int:
        self._ms = milliseconds_of(time)
        return self._maker.next()

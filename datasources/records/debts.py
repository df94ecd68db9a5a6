"""What one store is owed by another, in numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

COUNTED: Final = 10_000
"""Neither number is counted further."""


@dataclass(frozen=True, slots=True)
class Debts:
    """Events that are owed, since when the oldest of them is, and those that will never be taken."""

    owed: int
    oldest: datetime | None
    dead: int

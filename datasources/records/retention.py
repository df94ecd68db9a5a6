"""How long what has an end is kept, in every store alike. Source: consistency.md.

Cassandra has the same spans as the time to live of its tables.
"""

from datetime import timedelta
from typing import Final

LOG_PROMISED: Final = timedelta(days=7)
"""A cursor that is younger finds everything after it in the log."""

LOG_KEPT: Final = LOG_PROMISED + timedelta(hours=1)
"""Where rows are removed by their age: nobody who began to read in time meets a gap, and the date of an event and its
Snowflake are not of the same instant."""

CLAIMS_KEPT: Final = timedelta(hours=24)
"""For so long an idempotency key stands for what was made under it."""


def in_milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)

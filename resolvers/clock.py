"""The time, as precisely as every store keeps it."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """UTC in whole milliseconds: MongoDB and Cassandra keep no more, and an answer must read back the same."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)


def elapsed() -> float:
    """Seconds that only run forward, on through a suspended machine where the system can count those."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

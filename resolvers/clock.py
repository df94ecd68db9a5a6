"""The time, as precisely as every store keeps it."""

from datetime import UTC, datetime


def now() -> datetime:
    """UTC in whole milliseconds: MongoDB and Cassandra keep no more, and an answer must read back the same."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)

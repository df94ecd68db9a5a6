"""Snowflakes: ids that carry their time, made without asking anybody. Source: consistency.md, document 000.

63 bits: 41 of milliseconds since 2020-01-01T00:00:00Z, 10 of the worker, 12 of a sequence within the millisecond. "ms"
here is always a Unix time in milliseconds; the shift of the epoch stays in this file.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from datasources.errors import ClockUnsafe

EPOCH_MS: Final = 1_577_836_800_000
WORKERS: Final = 1024
IMPORT_WORKER: Final = WORKERS - 1
"""Never leased: the worker in the Snowflakes of messages that are imported with times of their own."""
END_MS: Final = EPOCH_MS + (1 << 41)

_TIME_SHIFT: Final = 22
_WORKER_SHIFT: Final = 12
_LAST_SEQUENCE: Final = (1 << _WORKER_SHIFT) - 1
_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds_of(snowflake: int) -> int:
    """The Unix time in milliseconds at which this id was made."""
    return (snowflake >> _TIME_SHIFT) + EPOCH_MS


def datetime_of(snowflake: int) -> datetime:
    """The time at which this id was made, in UTC, exact to the millisecond."""
    return _UNIX_EPOCH + timedelta(milliseconds=milliseconds_of(snowflake))


def worker_of(snowflake: int) -> int:
    """The worker that made this id."""
    return snowflake >> _WORKER_SHIFT & WORKERS - 1


def first_of(unix_ms: int) -> int:
    """The smallest id that can be made in this millisecond; 0 for all times before the epoch."""
    return max(0, unix_ms - EPOCH_MS) << _TIME_SHIFT


def unix_ms() -> int:
    """This machine's clock, as a Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a maker may do: ids of `worker` with `after_ms` < time < `until_ms`.

    `offset_ms` is by how much this machine's clock is ahead of the reference; negative where it is behind.
    """

    worker: int
    after_ms: int = EPOCH_MS - 1
    until_ms: int = END_MS
    offset_ms: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.worker < WORKERS:
            raise ValueError(f"a worker is a number from 0 to {WORKERS - 1}, not {self.worker}")


class SnowflakeMaker:
    """Makes strictly ascending ids while it holds a `Grant`, whatever the clock does; raises `ClockUnsafe` otherwise.

    A clock that stands still or steps back, and a millisecond that is full, borrow from the milliseconds to come, until
    the ids would be more than `limit_ms` ahead of the reference.

    `reserve(ms)` makes durable that ids up to `ms` may exist and answers the first millisecond that it does not cover
    (the high-water mark); it may raise `ClockUnsafe`. No id is made at or beyond the mark.
    """

    __slots__ = ("_clock", "_grant", "_limit_ms", "_mark", "_ms", "_reason", "_reserve", "_sequence", "_worker")

    def __init__(
        self,
        *,
        clock: Callable[[], int] = unix_ms,
        reserve: Callable[[int], int] = lambda _ms: END_MS,
        limit_ms: int = 2_000,
    ) -> None:
        self._clock = clock
        self._reserve = reserve
        self._limit_ms = limit_ms
        self._grant: Grant | None = None
        self._worker: int | None = None
        self._reason = "this process holds no worker id yet"
        self._mark = EPOCH_MS
        self._ms = EPOCH_MS - 1
        self._sequence = _LAST_SEQUENCE

    def allow(self, grant: Grant) -> None:
        """Makes ids under this grant from now on; all of them greater than those made before."""
        if self._worker != grant.worker or grant.after_ms > self._ms:
            self._ms = max(self._ms, grant.after_ms)
            self._sequence = _LAST_SEQUENCE
            self._mark = EPOCH_MS
        self._grant, self._worker = grant, grant.worker

    def forbid(self, reason: str) -> None:
        """Makes no ids until the next `allow`."""
        self._grant = None
        self._reason = reason

    def advance_mark(self, mark: int) -> None:
        """Notes that everything before `mark` has been reserved ahead of its use."""
        self._mark = max(self._mark, mark)

    def next(self) -> int:
        """A new id."""
        grant = self._grant
        if grant is None:
            raise ClockUnsafe(self._reason)
        now = self._clock()
        ms, sequence = self._ms, self._sequence + 1
        if now > ms:
            ms, sequence = now, 0
        elif sequence > _LAST_SEQUENCE:
            ms, sequence = ms + 1, 0
        if ms - now + grant.offset_ms > self._limit_ms:
            raise ClockUnsafe(f"the clock is {ms - now} ms behind the ids that were made, and they may not run ahead")
        if ms >= grant.until_ms:
            raise ClockUnsafe("the lease of this process's worker id has ended")
        if ms >= self._mark:
            self._mark = self._reserve(ms)
        self._ms, self._sequence = ms, sequence
        return (ms - EPOCH_MS) << _TIME_SHIFT | grant.worker << _WORKER_SHIFT | sequence

    @property
    def worker(self) -> int | None:
        """The worker of the newest grant, whether it still holds or not."""
        return self._worker

    @property
    def last_ms(self) -> int:
        """The time of the newest id that was made or may have been."""
        return self._ms

    @property
    def refusal(self) -> str | None:
        """Why no ids can be made; None while a grant is held."""
        return self._reason if self._grant is None else None

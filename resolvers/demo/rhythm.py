"""When people write: in school weeks, around lessons and in the evening; little at weekends, hardly in the holidays."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Final

SPAN: Final = timedelta(days=182)

_OF_WEEKDAY: Final = (1.15, 1.0, 1.05, 1.0, 0.8, 0.1, 0.3)
_IN_HOLIDAYS: Final = 0.07
_SCHOOL_WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

# (month, day) of first and last day
_HOLIDAYS: Final = (
    ((1, 1), (1, 4)),
    ((2, 13), (2, 20)),
    ((3, 29), (4, 12)),
    ((5, 24), (5, 31)),
    ((7, 20), (9, 1)),
    ((10, 23), (11, 1)),
    ((12, 19), (12, 31)),
)

# (from, to, share): hours of a school day and of another one
Hours = Sequence[tuple[float, float, float]]
PUPILS_HOURS: Final[Hours] = (
    (7.6, 8.7, 3),
    (10.5, 10.9, 2),
    (12.2, 13.2, 3),
    (15.3, 17.0, 5),
    (17.0, 19.0, 3),
    (19.0, 21.4, 5),
)
TEACHERS_HOURS: Final[Hours] = ((7.4, 8.6, 5), (10.5, 10.9, 2), (12.3, 13.2, 3), (15.4, 17.6, 5), (19.0, 20.5, 1))
_FREE_HOURS: Final[Hours] = ((9.5, 12.0, 1), (13.0, 18.0, 3), (18.0, 21.5, 3))

_MORNING: Final = time(7, 20)
_NIGHT: Final = time(22, 40)


class Rhythm:
    """The half year before `now`. With `rising`, the last weeks are the busiest, as before an exam."""

    def __init__(self, rng: random.Random, now: datetime, hours: Hours, *, rising: bool = False) -> None:
        self._rng = rng
        self._hours = hours
        first = (now - SPAN).date()
        self._days = [first + timedelta(days=number) for number in range(SPAN.days + 1)]
        rise = [1 + 3 * (number / len(self._days)) ** 4 if rising else 1 for number in range(len(self._days))]
        self._weights = list(accumulate(_weight(day) * more for day, more in zip(self._days, rise, strict=True)))

    def opening(self) -> datetime:
        """When somebody begins a conversation."""
        day = self._rng.choices(self._days, cum_weights=self._weights)[0]
        hours = self._hours if is_school_day(day) else _FREE_HOURS
        begin, end, _ = self._rng.choices(hours, weights=[share for _, _, share in hours])[0]
        midnight = datetime.combine(day, time(), UTC)
        return midnight + timedelta(hours=begin + (end - begin) * self._rng.random())

    def answer(self, after: datetime, words: int) -> datetime:
        """When the next one writes: soon, for it takes some typing; sometimes after hours, never in the night."""
        slow = self._rng.random() < 0.08  # noqa: PLR2004 - now and then somebody sees it later only
        wait = self._rng.expovariate(1 / 6_000) if slow else self._rng.expovariate(1 / 140)
        at = after + timedelta(seconds=8 + words * 1.4 + wait)
        if _MORNING <= at.time() <= _NIGHT:
            return at
        day = at.date() + timedelta(days=at.time() > _NIGHT)
        return datetime.combine(day, _MORNING, UTC) + timedelta(seconds=self._rng.uniform(0, 5_400))


def is_school_day(day: date) -> bool:
    return day.weekday() < len(_SCHOOL_WEEK) and not _is_holiday(day)


def next_school_days(day: date) -> list[str]:
    """Names of the weekdays on which there is school within the week after this one; at least one."""
    coming = [day + timedelta(days=ahead) for ahead in range(2, 7)]
    return [_SCHOOL_WEEK[one.weekday()] for one in coming if is_school_day(one)] or ["the first day back"]


def _weight(day: date) -> float:
    return _OF_WEEKDAY[day.weekday()] * (_IN_HOLIDAYS if _is_holiday(day) else 1)


def _is_holiday(day: date) -> bool:
    return any(first <= (day.month, day.day) <= last for first, last in _HOLIDAYS)

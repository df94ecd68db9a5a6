"""Snowflakes ascend, never repeat and tell their time, whatever the clock does."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datasources.errors import ClockUnsafe
from datasources.snowflakes import (
    END_MS,
    EPOCH_MS,
    WORKERS,
    Grant,
    SnowflakeMaker,
    datetime_of,
    first_of,
    milliseconds_of,
    worker_of,
)

NOW = EPOCH_MS + 200_000_000_000


class Clock:
    def __init__(self, ms: int = NOW) -> None:
        self.ms = ms

    def __call__(self) -> int:
        return self.ms


def made(maker: SnowflakeMaker, count: int) -> list[int]:
    return [maker.next() for _ in range(count)]


@given(st.integers(EPOCH_MS, END_MS - 1), st.integers(0, WORKERS - 1))
def test_an_id_tells_its_time_and_its_worker(ms: int, worker: int) -> None:
    maker = SnowflakeMaker(clock=lambda: ms)
    maker.allow(Grant(worker, after_ms=ms - 1))
    snowflake = maker.next()
    assert milliseconds_of(snowflake) == ms
    assert worker_of(snowflake) == worker
    assert datetime_of(snowflake) == datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    assert first_of(ms) <= snowflake < first_of(ms + 1)
    assert 0 <= snowflake < 1 << 63


def test_the_first_id_of_all_is_zero() -> None:
    assert datetime_of(0) == datetime(2020, 1, 1, tzinfo=UTC)
    assert first_of(EPOCH_MS) == first_of(0) == 0


@given(st.lists(st.tuples(st.integers(-5_000, 5_000), st.integers(1, 40)), max_size=60))
def test_ids_ascend_whatever_the_clock_does(jumps: list[tuple[int, int]]) -> None:
    clock, ids = Clock(), []
    maker = SnowflakeMaker(clock=clock)
    maker.allow(Grant(3))
    for jump, count in jumps:
        clock.ms += jump
        try:
            ids += made(maker, count)
        except ClockUnsafe:
            assert clock.ms < maker.last_ms - 2_000
    assert all(one < other for one, other in pairwise(ids))


@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), max_size=200))
def test_two_workers_never_make_the_same_id(steps: list[tuple[bool, int]]) -> None:
    clock = Clock()
    makers = SnowflakeMaker(clock=clock), SnowflakeMaker(clock=clock)
    for worker, maker in enumerate(makers):
        maker.allow(Grant(worker))
    ids = []
    for second, jump in steps:
        clock.ms += jump
        ids.append(makers[second].next())
    assert len(set(ids)) == len(ids)


def test_a_full_millisecond_borrows_from_those_to_come_until_the_limit() -> None:
    maker = SnowflakeMaker(clock=Clock(), limit_ms=2)
    maker.allow(Grant(0))
    ids = made(maker, 3 * 4096)
    assert len(set(ids)) == len(ids)
    assert [milliseconds_of(ids[0]), milliseconds_of(ids[-1])] == [NOW, NOW + 2]
    with pytest.raises(ClockUnsafe, match="may not run ahead"):
        maker.next()


def test_a_clock_known_to_be_ahead_may_run_ahead_less() -> None:
    maker = SnowflakeMaker(clock=Clock(), limit_ms=2)
    maker.allow(Grant(0, offset_ms=1))
    made(maker, 2 * 4096)
    with pytest.raises(ClockUnsafe):
        maker.next()


def test_nothing_is_made_without_a_grant_or_after_its_end() -> None:
    clock = Clock()
    maker = SnowflakeMaker(clock=clock)
    with pytest.raises(ClockUnsafe, match="holds no worker id yet"):
        maker.next()
    maker.allow(Grant(0, until_ms=NOW + 10))
    maker.next()
    clock.ms += 10
    with pytest.raises(ClockUnsafe, match="lease"):
        maker.next()
    maker.forbid("because of a test")
    with pytest.raises(ClockUnsafe, match="because of a test"):
        maker.next()


@given(st.lists(st.integers(0, 3_000), max_size=60))
@example([0, 1_000])
def test_no_id_is_at_or_beyond_the_mark_that_was_reserved(jumps: list[int]) -> None:
    clock, marks = Clock(), [0]

    def reserve(ms: int) -> int:
        marks.append(ms + 1_000)
        return marks[-1]

    maker = SnowflakeMaker(clock=clock, reserve=reserve)
    maker.allow(Grant(0))
    for jump in jumps:
        clock.ms += jump
        assert milliseconds_of(maker.next()) < marks[-1]


def test_where_nothing_can_be_reserved_nothing_is_made() -> None:
    def refuse(_: int) -> int:
        raise ClockUnsafe("the disk is full")

    maker = SnowflakeMaker(clock=Clock(), reserve=refuse)
    maker.allow(Grant(0))
    with pytest.raises(ClockUnsafe, match="disk"):
        maker.next()


def test_ids_ascend_over_a_change_of_worker() -> None:
    maker = SnowflakeMaker(clock=Clock())
    maker.allow(Grant(9))
    before = made(maker, 5)
    maker.allow(Grant(2))
    after = made(maker, 5)
    assert max(before) < min(after)
    assert {worker_of(snowflake) for snowflake in after} == {2}


def test_ids_begin_after_what_may_exist() -> None:
    maker = SnowflakeMaker(clock=Clock())
    maker.allow(Grant(0, after_ms=NOW + 1_000))
    assert milliseconds_of(maker.next()) == NOW + 1_001


@pytest.mark.parametrize("worker", [-1, WORKERS])
def test_a_worker_has_ten_bits(worker: int) -> None:
    with pytest.raises(ValueError, match="0 to 1023"):
        Grant(worker)

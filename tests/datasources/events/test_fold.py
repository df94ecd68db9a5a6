"""Each revision of a message once and in order, in memory that has a bound."""

from hypothesis import given
from hypothesis import strategies as st

from datasources.events.fold import REMEMBERED_MS, Fold
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import new_channel_id
from datasources.snowflakes import first_of, unix_ms
from tests.datasources.events.drills import deleted, edited, logged_again, sent

CHANNEL = new_channel_id()
NOW = first_of(unix_ms())


def changes() -> list[RoomEvent]:
    """A message, two edits and its deletion, in order."""
    first = sent(CHANNEL, NOW)
    second = edited(first.message, NOW + 1)
    third = edited(second.message, NOW + 2)
    return [first, second, third, deleted(third.message, NOW + 3)]


@given(st.lists(st.integers(min_value=0, max_value=3), max_size=30))
def test_revisions_ascend_and_nothing_comes_twice_whatever_the_order(order: list[int]) -> None:
    fold, all_changes = Fold(), changes()
    admitted = [number for number in order if fold.admit(all_changes[number])]
    assert admitted == sorted(set(admitted))
    assert max(order, default=None) == max(admitted, default=None)


def test_a_change_logged_again_is_the_same_change() -> None:
    fold = Fold()
    event = sent(CHANNEL, NOW)
    assert fold.admit(event)
    assert not fold.admit(logged_again(event, NOW + 50))


def test_a_deletion_wins_over_a_later_revision() -> None:
    fold = Fold()
    first, second, third, _ = changes()
    gone = deleted(first.message, NOW + 9)
    assert fold.admit(third)
    assert fold.admit(gone)
    assert gone.kind is EventKind.MESSAGE_DELETED
    assert not fold.admit(second)
    assert not fold.admit(third)


def test_memory_stays_flat() -> None:
    fold = Fold()
    for second in range(3_600):
        fold.admit(sent(CHANNEL, NOW + first_of(unix_ms() + second * 1_000) - first_of(unix_ms())))
    assert len(fold) <= REMEMBERED_MS // 1_000 + 1

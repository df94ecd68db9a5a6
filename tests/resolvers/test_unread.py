"""Unread counts that follow a room's events."""

from datetime import UTC, datetime

from datasources.records.changes import EventKind, ReadState, RoomEvent
from datasources.records.ids import ChannelId, UserId, event_cursor, message_id
from datasources.records.messages import Message
from resolvers.loaders import UNREAD_MAXIMUM, Unread
from resolvers.unread import UnreadMessages

CHANNEL = ChannelId("chn_" + "a" * 32)
VIEWER = UserId("usr_" + "b" * 32)
OTHER = UserId("usr_" + "c" * 32)
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


def event(kind: EventKind, change: Message | ReadState) -> RoomEvent:
    return RoomEvent(CHANNEL, 1, kind, MOMENT, change, event_cursor(CHANNEL, 1))


def message(snowflake: int, *, author: UserId = OTHER, mentioned: tuple[UserId, ...] = ()) -> Message:
    identity = message_id(CHANNEL, snowflake)
    return Message(identity, CHANNEL, snowflake, author, "", 1, MOMENT, mentioned_ids=mentioned)


def sent(snowflake: int, *, author: UserId = OTHER, mentioned: tuple[UserId, ...] = ()) -> RoomEvent:
    return event(EventKind.MESSAGE_SENT, message(snowflake, author=author, mentioned=mentioned))


def deleted(snowflake: int) -> RoomEvent:
    return event(EventKind.MESSAGE_DELETED, message(snowflake))


def read(snowflake: int, user_id: UserId = VIEWER) -> RoomEvent:
    return event(EventKind.READ_STATE_CHANGED, ReadState(CHANNEL, user_id, snowflake))


def begun(*messages: int, last_read: int = 10) -> UnreadMessages:
    return UnreadMessages(VIEWER, Unread(last_read, messages, frozenset()))


def test_what_others_send_counts_once_and_what_the_viewer_sends_never() -> None:
    counted = begun(11)
    assert counted.apply(sent(12, mentioned=(VIEWER,)))
    assert not counted.apply(sent(12, mentioned=(VIEWER,)))
    assert not counted.apply(sent(11))
    assert not counted.apply(sent(13, author=VIEWER))
    assert not counted.apply(sent(9))
    assert counted.counts == (2, 1)


def test_reading_and_deleting_take_away() -> None:
    counted = begun(11, 12, 13, 14)
    assert counted.apply(read(12))
    assert not counted.apply(read(11))
    assert not counted.apply(read(14, OTHER))
    assert counted.apply(deleted(13))
    assert not counted.apply(deleted(12))
    assert counted.counts == (1, 0)
    assert counted.exact
    assert not counted.apply(sent(12))


def test_an_edit_may_mention() -> None:
    counted = begun(11)
    assert counted.apply(event(EventKind.MESSAGE_EDITED, message(11, mentioned=(VIEWER,))))
    assert counted.counts == (1, 1)
    assert not counted.apply(event(EventKind.MESSAGE_EDITED, message(9, mentioned=(VIEWER,))))


def test_more_than_can_be_counted_stays_at_the_bound_until_it_is_not_known() -> None:
    counted = begun(*range(11, 11 + UNREAD_MAXIMUM))
    assert not counted.apply(sent(500))
    assert counted.counts == (UNREAD_MAXIMUM, 0)
    assert counted.exact
    assert counted.apply(deleted(500))
    assert not counted.exact


def test_a_bound_that_was_read_away_is_exact_again() -> None:
    counted = begun(*range(11, 11 + UNREAD_MAXIMUM))
    counted.apply(sent(500))
    counted.apply(sent(501))
    assert counted.apply(read(499))
    assert counted.apply(deleted(500))
    assert (counted.counts, counted.exact) == ((1, 0), True)

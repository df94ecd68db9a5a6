"""Events survive the way through the broker, and what is no event is refused."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.events.codec import Undecodable, decode, encode
from datasources.records.ids import SNOWFLAKE_MAX, event_cursor, message_id, new_channel_id, new_user_id
from datasources.records.messages import ChannelEvent, EventKind, Message
from tests.datasources.events.drills import maker, sent

CHANNEL = new_channel_id()
SNOWFLAKES = st.integers(min_value=0, max_value=SNOWFLAKE_MAX)
TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4_000)


@st.composite
def channel_events(draw: st.DrawFn) -> ChannelEvent:
    snowflake, of_message = draw(SNOWFLAKES), draw(SNOWFLAKES)
    message = Message(
        id=message_id(CHANNEL, of_message),
        channel_id=CHANNEL,
        snowflake=of_message,
        author_id=new_user_id(),
        content=draw(TEXTS),
        revision=draw(SNOWFLAKES),
        created_at=draw(TIMES),
        edited_at=draw(st.none() | TIMES),
        deleted_at=draw(st.none() | TIMES),
    )
    return ChannelEvent(
        channel_id=CHANNEL,
        snowflake=snowflake,
        kind=draw(st.sampled_from(EventKind)),
        at=draw(TIMES),
        message=message,
        cursor=event_cursor(CHANNEL, snowflake),
    )


@given(channel_events())
def test_an_event_is_the_same_after_the_way_through_the_broker(event: ChannelEvent) -> None:
    assert decode(encode(event)) == event


def test_a_version_of_another_time_is_refused() -> None:
    parts = orjson.loads(encode(sent(CHANNEL, maker().next())))
    with pytest.raises(Undecodable, match="version 2"):
        decode(orjson.dumps([2, *parts[1:]]))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_event_are_refused(payload: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(payload)


@given(st.integers(min_value=0, max_value=5))
def test_an_event_cut_short_is_refused(missing: int) -> None:
    parts = orjson.loads(encode(sent(CHANNEL, maker().next())))
    with pytest.raises(Undecodable):
        decode(orjson.dumps(parts[:missing]))

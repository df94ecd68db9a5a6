"""Events and records survive the way through bytes, and what is none of them is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.records.changes import (
    Belonging,
    Change,
    EventKind,
    Grading,
    GradingStatus,
    Pin,
    Reaction,
    ReadState,
    RoomEvent,
)
from datasources.records.conversations import Block, Conversation, ConversationKind, Participant, ParticipantRole
from datasources.records.encoding import (
    VERSION,
    Undecodable,
    decode_event,
    decode_record,
    encode_event,
    encode_record,
    message_rest,
    rest_fields,
)
from datasources.records.ids import (
    SNOWFLAKE_MAX,
    direct_id,
    event_cursor,
    message_id,
    new_channel_id,
    new_user_id,
)
from datasources.records.messages import Attachment, Message, MessageType
from tests.datasources.events.drills import maker, sent

CHANNEL = new_channel_id()
ADA, BEN = new_user_id(), new_user_id()
DIRECT = direct_id(ADA, BEN)
SNOWFLAKES = st.integers(min_value=0, max_value=SNOWFLAKE_MAX)
TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4_000)
IDS = SNOWFLAKES.map(lambda snowflake: message_id(CHANNEL, snowflake))

attachments = st.builds(Attachment, url=TEXTS, name=TEXTS, media_type=TEXTS, size=SNOWFLAKES)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    snowflake = draw(SNOWFLAKES)
    return Message(
        id=message_id(CHANNEL, snowflake),
        room_id=CHANNEL,
        snowflake=snowflake,
        author_id=new_user_id(),
        content=draw(TEXTS),
        revision=draw(SNOWFLAKES),
        created_at=draw(TIMES),
        edited_at=draw(st.none() | TIMES),
        deleted_at=draw(st.none() | TIMES),
        type=draw(st.sampled_from(MessageType)),
        attachments=tuple(draw(st.lists(attachments, max_size=3))),
        reply_to_id=draw(st.none() | IDS),
        mentioned_ids=tuple(draw(st.lists(st.sampled_from([ADA, BEN]), max_size=2, unique=True))),
        idempotency_key=draw(st.none() | TEXTS.filter(bool)),
        alias_of=draw(st.none() | IDS),
    )


@st.composite
def records(draw: st.DrawFn) -> Change:
    target, revision, at = draw(SNOWFLAKES), draw(SNOWFLAKES), draw(TIMES)
    about, active = message_id(CHANNEL, target), draw(st.booleans())
    changes: list[Change] = [
        Reaction(CHANNEL, about, target, ADA, draw(TEXTS), active, revision),
        Pin(CHANNEL, about, target, ADA, at, active, revision),
        Grading(CHANNEL, about, target, draw(st.none() | st.sampled_from(GradingStatus)), ADA, at, revision),
        ReadState(CHANNEL, ADA, revision),
        Conversation(DIRECT, draw(st.sampled_from(ConversationKind)), draw(st.none() | TEXTS), ADA, at, revision),
        Participant(DIRECT, ADA, draw(st.sampled_from(ParticipantRole)), at, draw(st.none() | TIMES), revision),
        Block(DIRECT, ADA, active, revision),
        Belonging(ADA, ADA, CHANNEL, draw(st.none() | TEXTS), revision),
    ]
    return draw(st.sampled_from(changes))


@st.composite
def events(draw: st.DrawFn) -> RoomEvent:
    snowflake = draw(SNOWFLAKES)
    return RoomEvent(
        room_id=CHANNEL,
        snowflake=snowflake,
        kind=draw(st.sampled_from(EventKind)),
        at=draw(TIMES),
        change=draw(messages() | records()),
        cursor=event_cursor(CHANNEL, snowflake),
        quiet=draw(st.booleans()),
        previous=draw(st.none() | messages()),
    )


@given(events())
def test_an_event_is_the_same_after_the_way_through_bytes(event: RoomEvent) -> None:
    assert decode_event(encode_event(event)) == event


@given(messages() | records())
def test_a_record_is_the_same_after_the_way_through_bytes(change: Change) -> None:
    assert decode_record(encode_record(change)) == change


@given(messages())
def test_the_rest_of_a_message_completes_it(message: Message) -> None:
    plain = replace(
        message,
        type=MessageType.TEXT,
        attachments=(),
        reply_to_id=None,
        mentioned_ids=(),
        idempotency_key=None,
        alias_of=None,
    )
    assert message_rest(plain) is None
    assert replace(plain, **rest_fields(message_rest(message))) == message


def test_a_version_of_another_time_is_refused() -> None:
    parts = orjson.loads(encode_event(sent(CHANNEL, maker().next())))
    with pytest.raises(Undecodable, match=f"version {VERSION + 1}"):
        decode_event(orjson.dumps([VERSION + 1, *parts[1:]]))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_event_are_refused(payload: bytes) -> None:
    with pytest.raises(Undecodable):
        decode_event(payload)
    with pytest.raises(Undecodable):
        decode_record(payload)


@given(st.integers(min_value=0, max_value=7))
def test_an_event_cut_short_is_refused(missing: int) -> None:
    parts = orjson.loads(encode_event(sent(CHANNEL, maker().next())))
    with pytest.raises(Undecodable):
        decode_event(orjson.dumps(parts[:missing]))

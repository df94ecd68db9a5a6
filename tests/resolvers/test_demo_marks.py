"""What stands beside the messages of the demo school: as the API would have it, and something for a newcomer to see."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from datasources.records.changes import Grading, GradingStatus, Pin, Reaction, ReadState, Record
from datasources.records.ids import UserId
from datasources.records.messages import Message
from resolvers.attachments import checked_attachments
from resolvers.demo.marks import marks_of
from resolvers.demo.said import Said
from resolvers.demo.school import DemoChannel, School, school_of
from resolvers.demo.telling import told_in
from resolvers.emoji import emoji_of
from resolvers.validation import Validation

NIGHT = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
SUMMER = datetime(2027, 8, 10, 10, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)

Marked = list[tuple[DemoChannel, dict[Said, Message], list[Record]]]


@pytest.fixture(scope="module", params=[NOW, NIGHT, SUMMER], ids=["school day", "night", "summer"])
def school(request: pytest.FixtureRequest) -> School:
    now: datetime = request.param
    return school_of(0, now)


@pytest.fixture(scope="module")
def marked(school: School) -> Marked:
    told = [(channel, told_in(school, channel)) for channel in school.channels]
    return [(channel, messages, marks_of(school, channel, messages)) for channel, messages in told]


def test_they_are_the_same_every_time_and_few_beside_the_messages(school: School, marked: Marked) -> None:
    for channel, told, marks in marked:
        assert marks_of(school, channel, told) == marks
    messages = sum(len(told) for _, told, _ in marked)
    assert sum(len(marks) for _, _, marks in marked) < 0.2 * messages


def test_replies_and_mentions_are_of_the_channel(marked: Marked) -> None:
    replies = mentions = 0
    for channel, told, _ in marked:
        readers = {person.user.id for person in channel.readers}
        ids: set[str] = set()
        for message in told.values():
            assert message.reply_to_id is None or message.reply_to_id in ids
            assert set(message.mentioned_ids) <= readers - {message.author_id}
            ids.add(message.id)
            replies += message.reply_to_id is not None
            mentions += bool(message.mentioned_ids)
    assert replies > 100
    assert mentions > 200


def test_reactions_are_of_readers_in_the_spelling_of_unicode(marked: Marked) -> None:
    for channel, told, marks in marked:
        readers = {person.user.id for person in channel.readers}
        messages = {message.id: message for message in told.values()}
        reactions = [mark for mark in marks if isinstance(mark, Reaction)]
        assert len({reaction.message_id for reaction in reactions} & set(list(messages)[-50:])) >= 4
        assert len({(reaction.message_id, reaction.key) for reaction in reactions}) == len(reactions)
        for reaction in reactions:
            assert emoji_of(reaction.emoji) == reaction.emoji
            assert reaction.user_id in readers - {messages[reaction.message_id].author_id}
            assert reaction.revision > messages[reaction.message_id].created_at.timestamp() * 1_000_000


def test_nothing_is_from_the_future(school: School, marked: Marked) -> None:
    for _, told, marks in marked:
        assert max(message.created_at for message in told.values()) < school.now
        newest = max(message.snowflake for message in told.values())
        for mark in marks:
            if isinstance(mark, ReadState):
                assert mark.last_read <= newest
            else:
                assert mark.revision <= school.now.timestamp() * 1_000_000


def test_the_liveliest_channels_have_pins_of_their_own_messages(marked: Marked) -> None:
    pins = {channel.plan.name: [mark for mark in marks if isinstance(mark, Pin)] for channel, _, marks in marked}
    assert {name: len(some) for name, some in pins.items() if some} == {
        "announcements": 2,
        "maths": 3,
        "revision": 3,
        "science": 2,
        "robotics": 2,
        "notices": 2,
    }
    for channel, told, _ in marked:
        ids = {message.id for message in told.values()}
        assert all(one.message_id in ids for one in pins[channel.plan.name])


def test_homework_is_handed_in_with_files_and_graded(marked: Marked) -> None:
    validation = Validation()
    states: Counter[GradingStatus | None] = Counter()
    for _, told, marks in marked:
        gradings = {mark.message_id: mark for mark in marks if isinstance(mark, Grading)}
        states.update(grading.status for grading in gradings.values())
        with_files = [message for message in told.values() if message.attachments]
        assert {message.id for message in with_files} == set(gradings)
        for message in with_files:
            assert checked_attachments(validation, message.type, message.attachments) == message.attachments
            assert gradings[message.id].graded_at >= message.created_at
    validation.done()
    assert set(states) == set(GradingStatus)


def unread_of(channel: DemoChannel, told: dict[Said, Message], marks: list[Record], user_id: UserId) -> list[Message]:
    """What the API counts, where somebody reads this channel."""
    states = [mark for mark in marks if isinstance(mark, ReadState) and mark.user_id == user_id]
    if user_id not in {person.user.id for person in channel.readers}:
        assert states == []
        return []
    (state,) = states
    return [each for each in told.values() if each.snowflake > state.last_read and each.author_id != user_id]


def test_who_can_be_signed_in_as_has_some_to_read_and_is_mentioned(school: School, marked: Marked) -> None:
    for person in (school.people.teachers[0], school.people.pupils[0]):
        unread = {one[0].plan.name: unread_of(*one, person.user.id) for one in marked}
        assert any(person.user.id in message.mentioned_ids for message in unread["maths"])
        assert 2 <= len(unread["maths"]) <= 20
        counts = [len(messages) for messages in unread.values()]
        assert 2 <= sum(count > 0 for count in counts) < len(counts)
        assert max(counts) < 30


def test_somebody_has_read_what_they_said(school: School, marked: Marked) -> None:
    """But for the lead and the student where homework waits for them."""
    for channel, told, marks in marked:
        read = {mark.user_id: mark.last_read for mark in marks if isinstance(mark, ReadState)}
        assert set(read) == {person.user.id for person in channel.readers}
        waited_for = {channel.lead, school.people.pupils[0]} if any(said.status for said in told) else set()
        for said, message in told.items():
            assert said.author in waited_for or read[said.author.user.id] >= message.snowflake


def test_another_time_has_other_marks() -> None:
    one, two = school_of(0, NOW), school_of(0, NOW + timedelta(days=1))
    marks = [marks_of(each, each.channels[1], told_in(each, each.channels[1])) for each in (one, two)]
    assert marks[0] != marks[1]

"""The demo school: what is told in it, and that it can be planted again and again."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from datasources.records.messages import Message
from datasources.records.workspaces import ChannelVisibility, MemberRole
from datasources.snowflakes import IMPORT_WORKER, worker_of
from resolvers.channels import NAME_MAXIMUM, TOPIC_MAXIMUM
from resolvers.demo import STUDENT, TEACHER
from resolvers.demo.plans import WORKSPACES
from resolvers.demo.rhythm import SPAN, is_school_day
from resolvers.demo.scenes import Scene, roles, talk
from resolvers.demo.school import DemoChannel, School, school_of
from resolvers.demo.telling import told_in
from resolvers.sending import CONTENT_MAXIMUM
from resolvers.validation import Validation

NOW = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
BUCKET = timedelta(days=10)


@pytest.fixture(scope="module")
def school() -> School:
    return school_of(0, NOW)


@pytest.fixture(scope="module")
def told(school: School) -> list[tuple[DemoChannel, list[Message]]]:
    return [(channel, list(told_in(school, channel).values())) for channel in school.channels]


def test_the_school_has_people_workspaces_and_channels_as_promised(school: School) -> None:
    people = [person.user for person in school.people.all]
    assert Counter(user.role for user in people) == {"student": 31, "teacher": 8, "admin": 1}
    assert len({user.id for user in people}) == len({user.email for user in people}) == 40
    assert all(user.email.endswith("@example.org") for user in people)
    assert {TEACHER, STUDENT} <= {user.email for user in people}
    assert len(school.workspaces) == 3
    assert len(school.channels) == 12
    visibilities = Counter(channel.channel.visibility for channel in school.channels)
    assert visibilities[ChannelVisibility.PRIVATE] == 3


def test_teacher_and_student_are_where_it_is_interesting(school: School) -> None:
    teacher, student = school.people.teachers[0].user, school.people.pupils[0].user
    roles_of = {
        user.email: {
            workspace.workspace.name: member.role
            for workspace in school.workspaces
            for member in workspace.members
            if member.user_id == user.id
        }
        for user in (teacher, student)
    }
    assert roles_of[TEACHER] == {
        "Class 10B": MemberRole.OWNER,
        "Clubs": MemberRole.MODERATOR,
        "Staff room": MemberRole.MODERATOR,
    }
    assert roles_of[STUDENT] == {"Class 10B": MemberRole.MEMBER, "Clubs": MemberRole.MODERATOR}
    private = {member.user_id for channel in school.channels for member in channel.members}
    assert {teacher.id, student.id} <= private


def test_every_school_is_the_same_for_the_same_time_and_other_for_another(school: School) -> None:
    again = school_of(0, NOW)
    assert again == school
    assert [list(told_in(again, channel).values()) for channel in again.channels] == [
        list(told_in(school, channel).values()) for channel in school.channels
    ]
    other = school_of(1, NOW)
    assert not {person.user.email for person in school.people.all} & {person.user.email for person in other.people.all}
    assert not {channel.channel.id for channel in school.channels} & {channel.channel.id for channel in other.channels}


def test_half_a_year_of_messages_crosses_buckets(told: list[tuple[DemoChannel, list[Message]]]) -> None:
    total = sum(len(messages) for _, messages in told)
    planned = sum(channel.plan.messages for channel, _ in told)
    assert 4_900 <= total <= 5_400
    assert abs(total - planned) < 0.05 * planned
    for channel, messages in told:
        assert messages[-1].created_at < NOW
        assert messages[0].created_at > NOW - SPAN - timedelta(days=1)
        assert messages[0].created_at > channel.channel.created_at
        assert len({message.created_at.timestamp() // BUCKET.total_seconds() for message in messages}) >= 12, channel


def test_messages_ascend_under_the_worker_of_imports(told: list[tuple[DemoChannel, list[Message]]]) -> None:
    for _, messages in told:
        assert all(one.snowflake < two.snowflake for one, two in pairwise(messages))
        assert {worker_of(message.snowflake) for message in messages} == {IMPORT_WORKER}


def test_who_writes_may_write(school: School, told: list[tuple[DemoChannel, list[Message]]]) -> None:
    for workspace in school.workspaces:
        everybody = {member.user_id for member in workspace.members}
        for channel in workspace.channels:
            members = {member.user_id for member in channel.members}
            assert members <= everybody
            authors = {message.author_id for each, messages in told if each is channel for message in messages}
            private = channel.channel.visibility is ChannelVisibility.PRIVATE
            assert authors <= (members if private else everybody)
            assert len(authors) >= 4
            assert bool(members) == private


def test_revisions_are_those_of_the_last_change(told: list[tuple[DemoChannel, list[Message]]]) -> None:
    everything = [message for _, messages in told for message in messages]
    edited = [message for message in everything if message.edited_at is not None]
    assert 0.01 < len(edited) / len(everything) < 0.06
    for message in everything:
        changed = message.edited_at or message.created_at
        assert message.created_at <= changed < NOW
        assert message.revision == round(changed.timestamp() * 1_000_000)


def test_people_write_in_school_weeks_and_sleep_at_night(told: list[tuple[DemoChannel, list[Message]]]) -> None:
    everything = [message.created_at for _, messages in told for message in messages]
    school_days = sum(is_school_day(at.date()) for at in everything)
    assert 0.8 < school_days / len(everything) < 0.97
    assert {at.hour for at in everything} <= set(range(7, 23))


def test_nothing_is_said_that_the_api_would_refuse(told: list[tuple[DemoChannel, list[Message]]]) -> None:
    validation = Validation()
    for channel, messages in told:
        assert validation.line("name", channel.channel.name, 1, NAME_MAXIMUM) == channel.channel.name
        assert validation.line("topic", channel.channel.topic or "", 1, TOPIC_MAXIMUM) == channel.channel.topic
        for message in messages:
            assert validation.block("content", message.content, 1, CONTENT_MAXIMUM) == message.content
            assert not set("{}|") & set(message.content), message.content
    validation.done()


def test_a_reader_does_not_meet_the_same_words_again_and_again(
    told: list[tuple[DemoChannel, list[Message]]],
) -> None:
    for channel, messages in told:
        long = [message.content.lower() for message in messages if len(message.content) > 40]
        often = Counter(long).most_common(1)[0]
        assert often[1] <= 15, (channel.channel.name, often)
        for start in range(0, len(long) - 12, 12):
            page = Counter(long[start : start + 12])
            assert page.most_common(1)[0][1] <= 2, (channel.channel.name, page.most_common(1))


def every_scene() -> list[Scene]:
    return [scene for workspace in WORKSPACES for channel in workspace.channels for scene in channel.talk.scenes]


def test_there_is_a_good_deal_to_say() -> None:
    sentences = {words for scene in every_scene() for turn in scene for words in turn.alternatives}
    assert len(every_scene()) > 100
    assert len(sentences) > 700
    assert {role for scene in every_scene() for role in roles(scene)} <= {"T", "H", "a", "b", "c", "d"}


def test_a_reply_has_an_answer_to_each_question() -> None:
    with pytest.raises(ValueError, match="as many alternatives"):
        talk("a: One? | Two?\nb=: Only one answer.")

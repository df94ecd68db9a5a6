"""The conversations of the demo school: as the API would have them, and with something new in some."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from datasources.records.changes import Pin, Reaction, ReadState
from datasources.records.conversations import ConversationKind, ParticipantRole
from datasources.records.ids import direct_id
from resolvers.attachments import checked_attachments
from resolvers.conversations import GROUP_MAXIMUM, GROUP_MINIMUM, NAME_MAXIMUM
from resolvers.demo.conversations import DemoConversation, conversations_of
from resolvers.demo.people import Person
from resolvers.demo.school import School, school_of
from resolvers.emoji import emoji_of
from resolvers.sending import CONTENT_MAXIMUM
from resolvers.validation import Validation

DAY = datetime(2026, 11, 20, tzinfo=UTC)
DIRECT = ConversationKind.DIRECT


@pytest.fixture(scope="module", params=[0, 7.1, 9.5, 13, 22, 23.9], ids=lambda hour: f"at {hour}")
def school(request: pytest.FixtureRequest) -> School:
    hour: float = request.param
    return school_of(0, DAY + timedelta(hours=hour))


@pytest.fixture(scope="module")
def conversations(school: School) -> list[DemoConversation]:
    return conversations_of(school)


def of(conversations: list[DemoConversation], person: Person) -> list[DemoConversation]:
    return [each for each in conversations if person.user.id in {one.user_id for one in each.participants}]


def test_teacher_and_student_talk_to_each_other_and_to_others(
    school: School, conversations: list[DemoConversation]
) -> None:
    teacher, student = school.people.teachers[0], school.people.pupils[0]
    assert conversations[0].conversation.id == direct_id(teacher.user.id, student.user.id)
    for person in (teacher, student):
        kinds = [each.conversation.kind for each in of(conversations, person)]
        assert kinds.count(DIRECT) >= 3
        assert kinds.count(ConversationKind.GROUP) >= 1
    roles = [{person.user.role for person in people_in(school, each)} for each in conversations if is_group(each)]
    assert {"student"} in roles
    assert {"teacher", "admin"} in roles


def is_group(each: DemoConversation) -> bool:
    return each.conversation.kind is ConversationKind.GROUP


def people_in(school: School, each: DemoConversation) -> list[Person]:
    ids = {participant.user_id for participant in each.participants}
    return [person for person in school.people.all if person.user.id in ids]


def test_whoever_talks_may(school: School, conversations: list[DemoConversation]) -> None:
    """They share a workspace with whoever began it, and of two there are two."""
    for each in conversations:
        ids = {participant.user_id for participant in each.participants}
        assert len(ids) == len(each.participants)
        assert len(ids) == 2 if not is_group(each) else GROUP_MINIMUM <= len(ids) <= GROUP_MAXIMUM
        assert {message.author_id for message in each.messages} <= ids
        owners = [one.user_id for one in each.participants if one.role is ParticipantRole.OWNER]
        assert owners == ([each.conversation.created_by] if is_group(each) else [])
        shared = [{member.user_id for member in workspace.members} for workspace in school.workspaces]
        for user_id in ids:
            assert any({user_id, each.conversation.created_by} <= members for members in shared)


def test_nothing_is_said_that_the_api_would_refuse(conversations: list[DemoConversation]) -> None:
    validation = Validation()
    for each in conversations:
        ids = {participant.user_id for participant in each.participants}
        if each.conversation.name is not None:
            assert validation.line("name", each.conversation.name, 1, NAME_MAXIMUM) == each.conversation.name
        seen: set[str] = set()
        for message in each.messages:
            assert validation.block("content", message.content, 1, CONTENT_MAXIMUM) == message.content
            assert not set("{}|<>^") & set(message.content), message.content
            assert checked_attachments(validation, message.type, message.attachments) == message.attachments
            assert message.reply_to_id is None or message.reply_to_id in seen
            assert set(message.mentioned_ids) <= ids - {message.author_id}
            seen.add(message.id)
        for mark in each.marks:
            if isinstance(mark, Reaction):
                assert emoji_of(mark.emoji) == mark.emoji
                assert mark.user_id in ids
            elif isinstance(mark, Pin):
                assert is_group(each)
                assert mark.pinned_by == each.conversation.created_by
    validation.done()


def test_time_goes_on_and_ends_now(school: School, conversations: list[DemoConversation]) -> None:
    for each in conversations:
        assert school.people.head.user.created_at < each.conversation.created_at < each.messages[0].created_at
        assert all(one.snowflake < two.snowflake for one, two in pairwise(each.messages))
        assert all(one.created_at < two.created_at for one, two in pairwise(each.messages))
        assert each.messages[-1].created_at < school.now


def test_teacher_and_student_have_some_to_read(school: School, conversations: list[DemoConversation]) -> None:
    for person in (school.people.teachers[0], school.people.pupils[0]):
        counts = [unread_of(each, person) for each in of(conversations, person)]
        assert sum(count > 0 for count in counts) >= 3
        assert 0 in counts
        assert max(counts) <= 3
    assert unread_of(conversations[0], school.people.teachers[0]) == 2


def unread_of(each: DemoConversation, person: Person) -> int:
    states = {mark.user_id: mark.last_read for mark in each.marks if isinstance(mark, ReadState)}
    assert set(states) == {participant.user_id for participant in each.participants}
    newer = [message for message in each.messages if message.snowflake > states[person.user.id]]
    assert person.user.id not in {message.author_id for message in newer}, "who writes has read what was there"
    return len(newer)

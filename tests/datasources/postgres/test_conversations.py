"""The conversations of a person, compared with a plain list in both directions."""

from datetime import UTC, datetime
from itertools import product

import pytest

from datasources.postgres.conversations import PostgresConversations
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_tables import GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import Change
from datasources.records.conversations import Conversation, ConversationKind, Participant, ParticipantRole, beginning_of
from datasources.records.ids import SNOWFLAKE_MAX, ConversationId, UserId, new_group_id, new_user_id
from datasources.records.pages import Page, PageArguments
from datasources.snowflakes import milliseconds_of
from tests.contracts.rooms.scenes import Scene

BEGAN = datetime(2026, 3, 1, 8, 0, 0, 123_456, tzinfo=UTC)


def conversation(group_id: ConversationId, user_id: UserId) -> Conversation:
    return Conversation(group_id, ConversationKind.GROUP, "A \x00 name \ufdd0", user_id, BEGAN, 1)


def participant(group_id: ConversationId, user_id: UserId, *, left: bool = False) -> Participant:
    return Participant(group_id, user_id, ParticipantRole.MEMBER, BEGAN, BEGAN if left else None, 1)


@pytest.fixture
async def listed(database: PostgresDatabase) -> tuple[UserId, list[tuple[int, Conversation]]]:
    """A person and their conversations with positions, in the list's order: some with messages, some begun at once."""
    store, user_id = PostgresRooms(database, GROUPS), new_user_id()
    changes: list[Change] = []
    positions: list[tuple[int, Conversation]] = []
    for number in range(7):
        group_id = new_group_id()
        made = conversation(group_id, user_id)
        changes += [made, participant(group_id, user_id), participant(group_id, new_user_id())]
        position = beginning_of(made)
        if number % 2:
            scene = Scene(store, "grp", author_id=user_id)
            scene.room_id = group_id
            messages = [scene.message(days_ago=number), scene.message(days_ago=number - 0.5)]
            changes += messages
            # The latest counts, deleted or not: a list that moves back when something is deleted confuses.
            changes.append(scene.deleted(messages[1]).change)
            position = messages[1].snowflake
        positions.append((position, made))
    left, unknown = new_group_id(), new_group_id()
    changes += [conversation(left, user_id), participant(left, user_id, left=True), participant(unknown, user_id)]
    await store.apply(changes)
    return user_id, sorted(positions, key=lambda each: each[0], reverse=True)


def assert_is_page(page: Page[Conversation], listed: list[tuple[int, Conversation]], arguments: PageArguments) -> None:
    after = SNOWFLAKE_MAX if arguments.after is None else int(arguments.after)
    before = -1 if arguments.before is None else int(arguments.before)
    inside = [each for each in listed if before < each[0] < after]
    more = len(inside) > arguments.size
    part = inside[len(inside) - min(arguments.size, len(inside)) :] if arguments.from_end else inside[: arguments.size]
    assert [(int(edge.cursor), edge.node) for edge in page.edges] == part, arguments
    info = page.page_info
    assert info.has_previous_page is (any(each[0] >= after for each in listed) or (more and arguments.from_end))
    assert info.has_next_page is (any(each[0] <= before for each in listed) or (more and not arguments.from_end))


async def test_every_page_is_that_of_a_plain_list(
    database: PostgresDatabase, listed: tuple[UserId, list[tuple[int, Conversation]]]
) -> None:
    user_id, positions = listed
    cursors = [None, "0", str(SNOWFLAKE_MAX), *(str(each[0]) for each in positions), str(positions[2][0] + 1)]
    arguments = [
        PageArguments(size=size, after=after, before=before, from_end=from_end)
        for size, after, before, from_end in product((0, 1, 3, 100), cursors, cursors, (False, True))
    ]
    pages = await PostgresConversations(database, GROUPS).of_users([(user_id, each) for each in arguments])
    for page, each in zip(pages, arguments, strict=True):
        assert_is_page(page, positions, each)


async def test_conversations_begun_in_one_millisecond_have_positions_of_their_own() -> None:
    begun = {beginning_of(conversation(new_group_id(), new_user_id())) for _ in range(50)}
    assert len(begun) == 50
    assert {milliseconds_of(each) for each in begun} == {int(BEGAN.timestamp() * 1000) - 1}

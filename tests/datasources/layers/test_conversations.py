"""One list of conversations out of two stores."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from datasources.embedded import Endpoints
from datasources.errors import Unavailable
from datasources.layers.conversations import Conversations
from datasources.postgres.conversations import PostgresConversations
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_tables import DIRECT, GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import Change
from datasources.records.conversations import Conversation, ConversationKind, Participant, ParticipantRole, beginning_of
from datasources.records.ids import UserId, direct_id, new_group_id, new_user_id
from datasources.records.pages import PageArguments
from tests.datasources.postgres.places import migrated_database, opened

BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
async def database(endpoints: Endpoints, run_id: str) -> AsyncIterator[PostgresDatabase]:
    async with (
        migrated_database(endpoints.database_url or "", f"homeroom_lists_{run_id}") as url,
        opened(url) as database,
    ):
        yield database


def begun(user_id: UserId, number: int) -> Conversation:
    """Of two and of groups in turns, one a minute."""
    kind = ConversationKind.GROUP if number % 2 else ConversationKind.DIRECT
    conversation_id = new_group_id() if number % 2 else direct_id(user_id, new_user_id())
    return Conversation(conversation_id, kind, None, user_id, BEGAN + timedelta(minutes=number), 1)


async def planted(database: PostgresDatabase, user_id: UserId) -> list[Conversation]:
    """Seven conversations of this person, in the order of the list."""
    conversations = [begun(user_id, number) for number in range(7)]
    for tables, kind in ((DIRECT, ConversationKind.DIRECT), (GROUPS, ConversationKind.GROUP)):
        changes: list[Change] = []
        for each in conversations:
            if each.kind is kind:
                changes += [each, Participant(each.id, user_id, ParticipantRole.MEMBER, BEGAN, None, 1)]
        await PostgresRooms(database, tables).apply(changes)
    return conversations[::-1]


async def test_pages_of_both_are_those_of_one_list(database: PostgresDatabase) -> None:
    user_id = new_user_id()
    listed = await planted(database, user_id)
    positions = [beginning_of(each) for each in listed]
    merged = Conversations(PostgresConversations(database, DIRECT), PostgresConversations(database, GROUPS))
    cursors = [None, *range(7)]
    asked = list(product((0, 1, 2, 5, 100), cursors, cursors, (False, True)))
    pages = await merged.of_users(
        [
            (
                user_id,
                PageArguments(
                    size,
                    after=None if after is None else str(positions[after]),
                    before=None if before is None else str(positions[before]),
                    from_end=from_end,
                ),
            )
            for size, after, before, from_end in asked
        ]
    )

    for page, (size, after, before, from_end) in zip(pages, asked, strict=True):
        first = 0 if after is None else after + 1
        inside = listed[first : 7 if before is None else before]
        more = len(inside) > size
        part = inside[max(0, len(inside) - size) :] if from_end else inside[:size]
        assert [edge.node for edge in page.edges] == part, (size, after, before, from_end)
        assert page.page_info.has_next_page is (before is not None or (more and not from_end))
        assert page.page_info.has_previous_page is (after is not None or (more and from_end))
        assert (page.complete, page.missing) == (True, None)


async def test_what_one_store_has_is_shown_while_the_other_is_away(database: PostgresDatabase) -> None:
    user_id = new_user_id()
    listed = await planted(database, user_id)
    async with opened("postgresql://nobody@127.0.0.1:1/nothing") as away:
        one = Conversations(PostgresConversations(database, DIRECT), PostgresConversations(away, GROUPS))
        page = (await one.of_users([(user_id, PageArguments())]))[0]
        none = Conversations(PostgresConversations(away, DIRECT), PostgresConversations(away, GROUPS))
        with pytest.raises(Unavailable):
            await none.of_users([(user_id, PageArguments())])

    assert [edge.node for edge in page.edges] == [each for each in listed if each.kind is ConversationKind.DIRECT]
    assert (page.complete, page.missing) == (False, "postgresql")

"""The conversations of a person, those with the latest message first."""

from dataclasses import replace

from datasources.records.changes import RoomEvent
from datasources.records.conversations import Conversation, Participant, ParticipantRole
from datasources.records.ids import ConversationId, UserId, new_user_id
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from tests.contracts.rooms.conversing import Conversing
from tests.contracts.rooms.records import BEGAN, revisions
from tests.contracts.rooms.scenes import Scene


async def begin(conversing: Conversing, user_id: UserId, *, days_ago: float = 0) -> Scene:
    """A conversation of this person, as the first message or an invitation begins it."""
    room = conversing.scene.another(author_id=user_id)
    began = room.message(days_ago=days_ago)
    (conversation,) = revisions(room, Conversation, 1, began)
    await room.store.write(room.changed(replace(conversation, created_at=began.created_at)))
    for each in (user_id, new_user_id()):
        await room.store.write(participation(room, each, 1))
    return room


def participation(room: Scene, user_id: UserId, revision: int, *, left: bool = False) -> RoomEvent:
    return room.changed(
        Participant(
            room_id=ConversationId(room.room_id),
            user_id=user_id,
            role=ParticipantRole.MEMBER,
            joined_at=BEGAN,
            left_at=BEGAN if left else None,
            revision=revision,
        )
    )


async def page(conversing: Conversing, user_id: UserId, arguments: PageArguments) -> Page[Conversation]:
    (found,) = await conversing.lists.of_users([(user_id, arguments)])
    return found


async def listed(conversing: Conversing, user_id: UserId) -> list[ConversationId]:
    found = await page(conversing, user_id, PageArguments(size=100))
    return [edge.node.id for edge in found.edges]


async def test_those_with_the_latest_message_come_first(conversing: Conversing) -> None:
    user_id = new_user_id()
    rooms = [await begin(conversing, user_id, days_ago=days) for days in (3, 2, 1)]
    ids = [room.room_id for room in rooms]
    assert await listed(conversing, user_id) == ids[::-1]
    first = await rooms[0].send()
    assert await listed(conversing, user_id) == [ids[0], ids[2], ids[1]]
    await rooms[1].send()
    assert await listed(conversing, user_id) == [ids[1], ids[0], ids[2]]
    # Nothing that comes late or again moves a conversation.
    await rooms[0].store.write(rooms[0].sent(first))
    await rooms[0].store.write(rooms[0].edited(first, "mended"))
    await rooms[2].send(days_ago=0.5)
    await rooms[0].send(days_ago=2.5)
    assert await listed(conversing, user_id) == [ids[1], ids[0], ids[2]]
    assert await listed(conversing, new_user_id()) == []


async def test_only_who_takes_part_has_the_conversation(conversing: Conversing) -> None:
    user_id, newcomer = new_user_id(), new_user_id()
    room = await begin(conversing, user_id)
    await room.store.write(participation(room, newcomer, 1))
    assert await listed(conversing, newcomer) == [room.room_id]
    await room.store.write(participation(room, newcomer, 2, left=True))
    await room.store.write(participation(room, newcomer, 1))
    assert await listed(conversing, newcomer) == []
    await room.send()
    assert await listed(conversing, newcomer) == []
    assert await listed(conversing, user_id) == [room.room_id]
    await room.store.write(participation(room, newcomer, 3))
    assert await listed(conversing, newcomer) == [room.room_id]


async def test_a_conversation_is_given_as_it_is_now(conversing: Conversing) -> None:
    user_id = new_user_id()
    room = await begin(conversing, user_id)
    (standing,) = (await page(conversing, user_id, PageArguments())).edges
    newer = replace(standing.node, revision=standing.node.revision + 1)
    await room.store.write(room.changed(newer))
    assert [edge.node for edge in (await page(conversing, user_id, PageArguments())).edges] == [newer]


async def test_a_walk_meets_every_conversation_once(conversing: Conversing) -> None:
    user_id = new_user_id()
    rooms = [await begin(conversing, user_id, days_ago=7 - number) for number in range(7)]
    last: list[Message] = [await room.send(days_ago=0.7 - number / 10) for number, room in enumerate(rooms)]
    wanted = [room.room_id for room in reversed(rooms)]
    for size in (1, 3, 7):
        met: list[ConversationId] = []
        after = None
        while True:
            found = await page(conversing, user_id, PageArguments(size=size, after=after))
            assert len(found.edges) <= size
            assert found.page_info.has_previous_page is (after is not None)
            met += [edge.node.id for edge in found.edges]
            if not found.page_info.has_next_page:
                break
            after = found.page_info.end_cursor
        assert met == wanted
    cursors = [edge.cursor for edge in (await page(conversing, user_id, PageArguments())).edges]
    assert cursors == [str(message.snowflake) for message in reversed(last)]
    end = await page(conversing, user_id, PageArguments(size=2, from_end=True))
    assert [edge.node.id for edge in end.edges] == wanted[-2:]
    assert (end.page_info.has_next_page, end.page_info.has_previous_page) == (False, True)
    before = await page(conversing, user_id, PageArguments(size=2, before=cursors[3], from_end=True))
    assert [edge.node.id for edge in before.edges] == wanted[1:3]


async def test_many_people_are_answered_in_the_order_asked(conversing: Conversing) -> None:
    people = [new_user_id() for _ in range(5)]
    rooms = [await begin(conversing, user_id) for user_id in people]
    asked = [(user_id, PageArguments(size=1)) for user_id in (people[3], new_user_id(), people[0])]
    found = await conversing.lists.of_users(asked)
    assert [[edge.node.id for edge in each.edges] for each in found] == [[rooms[3].room_id], [], [rooms[0].room_id]]
    assert await conversing.lists.of_users([]) == []

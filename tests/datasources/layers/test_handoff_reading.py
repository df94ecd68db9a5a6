"""What is owed is read first, then the store: nothing falls between, and what cannot be looked at is said."""

import asyncio
import random
from collections.abc import Sequence
from itertools import product

import pytest

from datasources.errors import Unavailable
from datasources.records.changes import Reaction
from datasources.records.conversations import Conversation, ConversationKind
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from tests.contracts.rooms.scenes import Scene
from tests.contracts.rooms.test_paging import assert_is_page
from tests.datasources.layers.pairs import ChannelPair, DirectPair, Pair, Process

# The driver of MongoDB leaves a socket behind where a connection is lost while it is made; see `let_go`.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

READS = ["pages", "by_ids"]
AT_ONCE = 8


async def owing_room(process: Process, count: int = 5) -> tuple[Scene, list[Message]]:
    """A room with so many messages in the first store and as many owed, in turn."""
    scene = process.scene()
    messages = [scene.message() for _ in range(2 * count)]
    for place, message in enumerate(messages):
        event = scene.sent(message)
        if place % 2:
            await process.pair.second.write_owing(event)
        else:
            await process.pair.first.write(event)
            if process.pair.mirrored:
                await process.pair.second.write(event)
    return scene, messages


@pytest.mark.parametrize("store", ["first", "second"])
@pytest.mark.parametrize("read", READS)
async def test_a_page_misses_nothing_that_is_swept_between_two_of_its_reads(pair: Pair, read: str, store: str) -> None:
    reading, sweeping = await pair.process(), await pair.process()
    scene, messages = await owing_room(reading)
    stop = (reading.first if store == "first" else reading.second).stop_before(read)
    page = asyncio.create_task(scene.shown())
    await stop.reached()
    await sweeping.handoff.sweep()
    assert await pair.second.owed(10) == []
    stop.release()
    assert await page == messages


@pytest.mark.parametrize("read", READS)
async def test_an_edit_and_a_deletion_that_are_owed_are_applied_to_what_stands(pair: Pair, read: str) -> None:
    reading, sweeping = await pair.process(), await pair.process()
    scene = reading.scene()
    messages = [scene.message() for _ in range(4)]
    for message in messages:
        await pair.first.write(scene.sent(message))
    edit = scene.edited(messages[1], "better")
    await pair.second.write_owing(edit)
    await pair.second.write_owing(scene.deleted(messages[2]))
    expected = [messages[0], edit.message, messages[3]]
    assert await scene.shown() == expected
    # And while they are moved.
    stop = reading.second.stop_before(read)
    page = asyncio.create_task(scene.shown())
    await stop.reached()
    await sweeping.handoff.sweep()
    stop.release()
    assert await page == expected
    assert await scene.shown() == expected


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("deletion_owed", [False, True])
async def test_a_deletion_in_one_store_wins_over_an_edit_in_the_other(
    pair: Pair, deletion_owed: bool, swept: bool
) -> None:
    process = await pair.process()
    scene = process.scene()
    message = scene.message()
    await pair.first.write(scene.sent(message))
    deletion, edit = scene.deleted(message), scene.edited(message, "too late", revisions=2)
    await pair.second.write_owing(deletion if deletion_owed else edit)
    await pair.first.write(edit if deletion_owed else deletion)
    if swept:
        await process.handoff.sweep()
    assert await scene.shown() == []
    (found,) = await process.handoff.by_ids([message.id])
    assert found is not None
    assert found.deleted_at is not None
    assert found.content == ""
    (earlier,) = await process.handoff.history([message.id])
    assert list(earlier) == []


async def spread(process: Process, count: int, seed: int) -> tuple[Scene, list[Message]]:
    """A room whose messages, edits and deletions are anywhere; gives what is live."""
    pair, choice = process.pair, random.Random(seed)  # noqa: S311 - the same rooms in every run
    scene = process.scene()
    messages = sorted(
        (scene.message(days_ago=choice.uniform(0, 40)) for _ in range(count)), key=lambda each: each.snowflake
    )
    live: list[Message] = []
    for message in messages:
        events = [scene.sent(message)]
        standing: Message | None = message
        if choice.random() < 0.3:
            events.append(scene.edited(message, "edited", revisions=1))
            standing = events[-1].message
        if choice.random() < 0.3:
            events.append(scene.deleted(message, revisions=choice.choice([1, 2])))
            standing = None
        for event in events:
            if choice.random() < 0.5:
                await pair.second.write_owing(event)
            else:
                await pair.first.write(event)
        live += [] if standing is None else [standing]
    return scene, live


@pytest.mark.parametrize("seed", range(2))
async def test_every_page_over_both_stores_is_that_of_a_plain_list(pair: Pair, seed: int) -> None:
    process = await pair.process()
    scene, live = await spread(process, 14, seed)
    cursors = [None, str(live[1].snowflake), str(live[-2].snowflake), str((1 << 63) - 1)]
    arguments = [
        PageArguments(size=size, after=after, before=before, from_end=from_end)
        for size, after, before, from_end in product((1, 3), cursors, cursors, (False, True))
    ]
    for start in range(0, len(arguments), AT_ONCE):
        some = arguments[start : start + AT_ONCE]
        pages = await process.handoff.pages([(scene.room_id, each) for each in some])
        for page, each in zip(pages, some, strict=True):
            assert_is_page(page, live, each)


async def test_a_page_goes_on_past_many_deletions_that_are_owed(channels: ChannelPair) -> None:
    process = await channels.process()
    scene = process.scene()
    messages = [scene.message() for _ in range(20)]
    await channels.first.apply(messages)
    for message in messages[1:-1]:
        await channels.second.write_owing(scene.deleted(message))
    live = [messages[0], messages[-1]]
    for arguments in (PageArguments(size=2), PageArguments(size=2, from_end=True)):
        (page,) = await process.handoff.pages([(scene.room_id, arguments)])
        assert_is_page(page, live, arguments)


async def test_the_log_is_read_through_both_stores_with_nothing_missing(pair: Pair) -> None:
    process = await pair.process()
    scene, _ = await owing_room(process, 20)
    everything = [event.snowflake for event in await process.handoff.events(scene.room_id, 0, 1_000)]
    assert len(everything) == 40
    assert everything == sorted(everything)
    for limit in (1, 3, 7):
        read: list[int] = []
        while batch := await process.handoff.events(scene.room_id, read[-1] if read else 0, limit):
            read.extend(event.snowflake for event in batch)
            if len(batch) < limit:
                break
        assert read == everything


async def test_a_process_that_cannot_look_says_so(pair: Pair) -> None:
    process = await pair.process()
    scene, messages = await owing_room(process)
    await process.lose_second()
    (page,) = await process.handoff.pages([(scene.room_id, PageArguments(size=100))])
    assert isinstance(page, Page)
    assert [edge.node for edge in page.edges] == messages[::2]
    assert (page.complete, page.missing) == (False, pair.names[1])
    with pytest.raises(Unavailable) as hidden:
        await process.handoff.events(scene.room_id, 0, 100)
    assert hidden.value.store == pair.names[1]
    assert await process.handoff.by_ids([messages[0].id]) == [messages[0]]
    with pytest.raises(Unavailable):
        await process.handoff.by_ids([messages[0].id, messages[1].id])
    with pytest.raises(Unavailable):
        await process.handoff.stored([messages[1]])


async def test_without_the_first_store_what_is_owed_is_shown_and_no_more(channels: ChannelPair) -> None:
    process = await channels.process()
    scene, messages = await owing_room(process)
    await process.lose_first()
    (page,) = await process.handoff.pages([(scene.room_id, PageArguments(size=100, from_end=True))])
    assert isinstance(page, Page)
    assert [edge.node for edge in page.edges] == messages[1::2]
    assert (page.complete, page.missing, page.page_info.has_previous_page) == (False, "cassandra", True)
    with pytest.raises(Unavailable):
        await process.handoff.events(scene.room_id, 0, 100)
    assert await process.handoff.by_ids([messages[1].id]) == [messages[1]]
    with pytest.raises(Unavailable):
        await process.handoff.by_ids([messages[0].id])
    assert await process.handoff.of_messages(Reaction, [messages[1].id]) == [[]]
    with pytest.raises(Unavailable):
        await process.handoff.of_messages(Reaction, [messages[0].id])


async def test_without_the_first_of_two_mirrored_stores_the_second_serves_and_says_so(direct: DirectPair) -> None:
    process = await direct.process()
    scene, messages = await owing_room(process)
    await process.lose_first()
    (page,) = await process.handoff.pages([(scene.room_id, PageArguments(size=4, from_end=True))])
    assert isinstance(page, Page)
    assert [edge.node for edge in page.edges] == messages[-4:]
    assert (page.complete, page.missing, page.page_info.has_previous_page) == (False, "mongodb", True)
    assert await process.handoff.by_ids([message.id for message in messages]) == messages
    with pytest.raises(Unavailable):
        await process.handoff.by_ids([scene.message().id])
    with pytest.raises(Unavailable):
        await process.handoff.of_rooms(Conversation, [scene.room_id], 1)
    begun = Conversation(
        id=scene.room_id,  # type: ignore[arg-type] # a conversation's
        kind=ConversationKind.DIRECT,
        name=None,
        created_by=scene.author_id,
        created_at=messages[0].created_at,
        revision=1,
    )
    await direct.second.write(scene.changed(begun))
    assert await process.handoff.of_rooms(Conversation, [scene.room_id], 1) == [[begun]]


async def test_records_and_history_fold_over_both_stores(pair: Pair) -> None:
    process = await pair.process()
    scene = process.scene()
    message = scene.message()
    await pair.first.write(scene.sent(message))

    def reaction(emoji: str, revision: int, *, active: bool = True) -> Reaction:
        return Reaction(scene.room_id, message.id, message.snowflake, scene.author_id, emoji, active, revision)

    await pair.first.write(scene.changed(reaction("👍", 1)))
    await pair.first.write(scene.changed(reaction("🎉", 5)))
    await pair.second.write_owing(scene.changed(reaction("👍", 2, active=False)))
    await pair.second.write_owing(scene.changed(reaction("🎉", 4, active=False)))
    await pair.second.write_owing(scene.changed(reaction("👋", 1)))
    (found,) = await process.handoff.of_messages(Reaction, [message.id])
    assert set(found) == {reaction("👍", 2, active=False), reaction("🎉", 5), reaction("👋", 1)}
    assert await process.handoff.stored([reaction("👍", 0), reaction("🎉", 0)]) == [
        reaction("👍", 2, active=False),
        reaction("🎉", 5),
    ]
    first = scene.edited(message, "once", revisions=1)
    second = scene.edited(first.message, "twice", revisions=1)
    await pair.second.write_owing(first)
    await pair.first.write(second)
    for _ in range(2):
        (earlier,) = await process.handoff.history([message.id])
        assert _contents(earlier) == [message.content, "once"]
        await process.handoff.sweep()


def _contents(messages: Sequence[Message]) -> list[str]:
    return [message.content for message in messages]

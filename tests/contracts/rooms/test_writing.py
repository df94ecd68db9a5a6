"""What is acknowledged stays, in whatever order and however often it is written."""

import asyncio
from itertools import permutations

from datasources.records.changes import EventKind
from datasources.records.ids import MessageId
from tests.contracts.rooms.scenes import Scene, logged


async def test_a_message_is_read_as_it_was_sent(scene: Scene) -> None:
    message = await scene.send()
    assert await scene.stored(message) == message
    assert await scene.shown() == [message]


async def test_content_is_kept_to_the_letter(scene: Scene) -> None:
    texts = ["", " ", "'; DROP TABLE messages; --", "a\x00b", "\N{FAMILY}" * 4000, "$keyspace {content: ?}"]
    sent = [await scene.send(content=text) for text in texts]
    assert [message.content for message in await scene.shown()] == texts
    assert await scene.store.by_ids([message.id for message in sent]) == sent


async def test_by_ids_answers_in_the_order_of_its_keys(scene: Scene) -> None:
    other = scene.another()
    old, new = await scene.send(days_ago=25), await scene.send()
    elsewhere = await other.send()
    missing = scene.message()
    keys = [new.id, missing.id, elsewhere.id, MessageId("msg_x"), old.id, new.id]
    assert await scene.store.by_ids(keys) == [new, None, elsewhere, None, old, new]
    assert await scene.store.by_ids([]) == []


async def test_many_ids_of_one_room(scene: Scene) -> None:
    messages = [scene.message() for _ in range(230)]
    await asyncio.gather(*(scene.store.write(scene.sent(message)) for message in messages))
    assert await scene.store.by_ids([message.id for message in reversed(messages)]) == messages[::-1]


async def test_the_newest_revision_stands_whatever_the_order(scene: Scene) -> None:
    for order in permutations(range(3)):
        message = scene.message()
        events = [
            scene.sent(message),
            scene.edited(message, "first edit"),
            scene.edited(message, "second edit", revisions=2),
        ]
        for place in [*order, *order]:
            await scene.store.write(events[place])
        assert await scene.stored(message) == events[2].message


async def test_a_deletion_wins_over_every_revision(scene: Scene) -> None:
    for order in permutations(range(3)):
        message = scene.message()
        events = [
            scene.sent(message),
            scene.deleted(message),
            scene.edited(message, "too late", revisions=5),
        ]
        for place in [*order, *order]:
            await scene.store.write(events[place])
        stored = await scene.stored(message)
        assert stored is not None
        assert (stored.content, stored.deleted_at) == ("", events[1].message.deleted_at)
        assert (stored.author_id, stored.created_at) == (message.author_id, message.created_at)
    assert await scene.shown() == []


async def test_a_deletion_that_comes_first_is_kept(scene: Scene) -> None:
    message = scene.message()
    deletion = scene.deleted(message, revisions=3)
    await scene.store.write(deletion)
    assert await scene.stored(message) == deletion.message
    await scene.store.write(scene.sent(message))
    assert await scene.stored(message) == deletion.message
    assert await scene.shown() == []


async def test_an_edit_beside_a_deletion_never_leaves_half_a_row(scene: Scene) -> None:
    messages = [await scene.send() for _ in range(10)]
    await asyncio.gather(
        *(scene.store.write(scene.edited(message, "edited", revisions=2)) for message in messages),
        *(scene.store.write(scene.deleted(message)) for message in messages),
    )
    for stored in await scene.store.by_ids([message.id for message in messages]):
        assert stored is not None
        assert stored.deleted_at is not None
        assert stored.content == ""
        assert stored.author_id == scene.author_id
    assert await scene.shown() == []


async def test_concurrent_edits_end_with_the_newest_as_a_whole(scene: Scene) -> None:
    message = await scene.send()
    edits = [scene.edited(message, f"edit {revision}", revisions=revision) for revision in range(1, 30)]
    await asyncio.gather(*(scene.store.write(edit) for edit in reversed(edits)))
    assert await scene.stored(message) == edits[-1].message


async def test_a_change_of_an_old_message_is_in_the_message_and_in_the_log(scene: Scene) -> None:
    message = await scene.send(days_ago=35)
    newer = await scene.send(days_ago=1)
    edit = scene.edited(message, "mended")
    await scene.store.write(edit)
    assert await scene.stored(message) == edit.message
    assert await scene.shown() == [edit.message, newer]
    assert logged(edit) in await scene.log()
    deletion = scene.deleted(edit.message)
    await scene.store.write(deletion)
    assert await scene.shown() == [newer]
    assert [event.kind for event in await scene.log()][-2:] == [EventKind.MESSAGE_EDITED, EventKind.MESSAGE_DELETED]


async def test_apply_writes_messages_that_are_behind_and_no_events(scene: Scene) -> None:
    never_written = scene.message(days_ago=20)
    behind = await scene.send(days_ago=20)
    edit = scene.edited(behind, "mended")
    log = await scene.log()
    await scene.store.apply([never_written, edit.message])
    assert await scene.stored(never_written) == never_written
    assert await scene.stored(behind) == edit.message
    assert await scene.shown() == sorted([never_written, edit.message], key=lambda message: message.snowflake)
    assert await scene.log() == log


async def test_apply_changes_nothing_that_is_newer(scene: Scene) -> None:
    message, gone = await scene.send(), await scene.send()
    old, new = scene.edited(message, "old"), scene.edited(message, "new", revisions=2)
    deletion, late = scene.deleted(gone), scene.edited(gone, "too late", revisions=7)
    await scene.store.write(new)
    await scene.store.write(deletion)
    await scene.store.apply([old.message, late.message])
    await scene.store.apply([])
    assert await scene.stored(message) == new.message
    assert await scene.shown() == [new.message]


async def test_apply_takes_many_messages_of_many_rooms(scene: Scene) -> None:
    scenes = [scene, scene.another(), scene.another()]
    messages = [each.message(days_ago=day) for each in scenes for day in range(100)]
    await scene.store.apply([*messages, *messages])
    for number, each in enumerate(scenes):
        assert await each.shown() == messages[100 * number : 100 * (number + 1)][::-1]


async def test_several_changes_are_written_together(scene: Scene) -> None:
    messages = [scene.message(content=f"number {number}") for number in range(5)]
    events = [scene.sent(message) for message in messages]
    assert await scene.store.write_many(events) == events
    assert await scene.shown() == messages
    assert await scene.log() == events

"""What a message said before its edits, and all that a message may have besides its text."""

import asyncio
from dataclasses import replace
from itertools import permutations

from datasources.records.ids import new_user_id
from datasources.records.messages import Attachment, Message, MessageType
from tests.contracts.rooms.scenes import Scene, logged


def rich(scene: Scene, *, days_ago: float = 0) -> Message:
    """A message with everything that one may have."""
    return replace(
        scene.message(days_ago=days_ago),
        type=MessageType.IMAGE,
        attachments=(
            Attachment("https://example.org/a%20b.png?x=1", "Ännchen, 'Bild' \x00.png", "image/png", 0),
            Attachment("https://example.org/b", "b", "application/pdf", 1 << 40),
        ),
        reply_to_id=scene.message(days_ago=9).id,
        mentioned_ids=(new_user_id(), new_user_id()),
        idempotency_key='key "of" its author',
    )


async def test_everything_of_a_message_is_kept(scene: Scene) -> None:
    message = rich(scene)
    await scene.store.write(scene.sent(message))
    assert await scene.stored(message) == message
    assert await scene.shown() == [message]
    (event,) = await scene.log()
    assert event.message == message
    edit = scene.edited(message, "")
    edit = replace(edit, change=replace(edit.message, type=MessageType.FILE, attachments=(), mentioned_ids=()))
    await scene.store.write(edit)
    assert await scene.stored(message) == edit.message
    assert logged(edit) in await scene.log()


async def test_everything_of_an_imported_message_is_kept(scene: Scene) -> None:
    messages = [rich(scene, days_ago=30), replace(rich(scene), type=MessageType.AUDIO)]
    await scene.store.apply(messages)
    assert await scene.store.by_ids([message.id for message in messages]) == messages
    assert await scene.store.stored(messages) == messages


async def test_a_deleted_message_keeps_no_content(scene: Scene) -> None:
    for order in permutations(range(3)):
        message = rich(scene)
        edit = scene.edited(message, "mended")
        events = [scene.sent(message), edit, scene.deleted(edit.message)]
        for place in [*order, *order]:
            await scene.store.write(events[place])
        stored = await scene.stored(message)
        assert stored is not None
        assert (stored.content, stored.attachments) == ("", ())
        assert stored.deleted_at is not None
        assert stored.idempotency_key == message.idempotency_key
    assert await scene.shown() == []


async def test_an_alias_names_the_message_that_stands_for_it(scene: Scene) -> None:
    smaller, greater = rich(scene), rich(scene)
    deletion = scene.deleted(greater)
    alias = replace(deletion, change=replace(deletion.message, alias_of=smaller.id))
    for event in (scene.sent(smaller), scene.sent(greater), alias):
        await scene.store.write(event)
    assert await scene.shown() == [smaller]
    stored = await scene.stored(greater)
    assert stored is not None
    assert stored.alias_of == smaller.id


async def test_the_history_of_edits_is_kept_in_their_order_however_they_were_written(scene: Scene) -> None:
    sent = rich(scene, days_ago=12)
    first = scene.edited(sent, "first edit")
    second = scene.edited(first.message, "second edit")
    third = scene.edited(second.message, "third edit")
    events = [scene.sent(sent), first, second, third]
    await asyncio.gather(*(scene.store.write(event) for event in [*reversed(events), *events]))
    (history,) = await scene.store.history([sent.id])
    assert [message.content for message in history] == [sent.content, "first edit", "second edit"]
    assert list(history) == [sent, first.message, second.message]


async def test_an_edit_that_another_one_overtakes_is_in_the_history(scene: Scene) -> None:
    for order in permutations(range(3)):
        sent = await scene.send()
        edits = [scene.edited(sent, f"edit {number}", revisions=number + 1) for number in range(3)]
        for place in order:
            await scene.store.write(edits[place])
        (history,) = await scene.store.history([sent.id])
        assert list(history) == [sent, edits[0].message, edits[1].message]


async def test_history_answers_in_the_order_of_its_keys(scene: Scene) -> None:
    other = scene.another()
    edited, never, elsewhere = await scene.send(days_ago=20), await scene.send(), await other.send()
    await scene.store.write(scene.edited(edited, "mended"))
    await other.store.write(other.edited(elsewhere, "mended"))
    keys = [elsewhere.id, never.id, scene.message().id, edited.id, elsewhere.id]
    found = await scene.store.history(keys)
    assert [list(each) for each in found] == [[elsewhere], [], [], [edited], [elsewhere]]
    assert await scene.store.history([]) == []


async def test_a_deletion_ends_the_history_whatever_the_order(scene: Scene) -> None:
    for order in permutations(range(3)):
        sent = scene.message()
        edit = scene.edited(sent, "mended")
        events = [scene.sent(sent), edit, scene.deleted(edit.message)]
        for place in [*order, *order]:
            await scene.store.write(events[place])
        assert [list(each) for each in await scene.store.history([sent.id])] == [[]]

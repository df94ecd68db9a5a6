"""A hundred writers at once: everything that was acknowledged is there, once, and nothing is mixed."""

import asyncio
from typing import Final

from datasources.records.changes import Reaction, RoomEvent
from datasources.records.ids import new_user_id
from datasources.records.messages import Message
from tests.contracts.rooms.records import record
from tests.contracts.rooms.scenes import Scene, logged

WRITERS: Final = 100


async def test_a_hundred_writers_lose_nothing(scene: Scene) -> None:
    shared = await scene.send()
    written: list[RoomEvent] = []

    async def write(number: int) -> Message:
        message = scene.message(content=f"{number}")
        events = [
            scene.sent(message),
            scene.edited(message, f"{number}, mended"),
            scene.changed(record(scene, Reaction, 1, message=shared, user_id=new_user_id())),
            scene.edited(shared, f"by {number}", revisions=number + 1),
        ]
        for event in events:
            await scene.store.write(event)
        written.extend(events)
        return message

    messages = await asyncio.gather(*(write(number) for number in range(WRITERS)))
    stored = await scene.store.by_ids([message.id for message in messages])
    assert [message.content for message in stored if message] == [f"{number}, mended" for number in range(WRITERS)]
    assert (await scene.stored(shared)) == max(
        (event.message for event in written if event.change.key == shared.id), key=lambda message: message.revision
    )
    (reactions,) = await scene.store.of_messages(Reaction, [shared.id])
    assert len(reactions) == WRITERS
    log = await scene.log()
    assert log[1:] == [logged(event) for event in sorted(written, key=lambda event: event.snowflake)]


async def test_a_hundred_writers_of_one_record_leave_the_newest(scene: Scene) -> None:
    message, user_id = await scene.send(), new_user_id()
    for kind in scene.records:
        changes = [record(scene, kind, number + 1, message=message, user_id=user_id) for number in range(WRITERS)]
        await asyncio.gather(*(scene.store.write(scene.changed(change, quiet=True)) for change in reversed(changes)))
        assert await scene.store.stored(changes[:1]) == changes[-1:]

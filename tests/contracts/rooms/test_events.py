"""The log of a room: every change, in order, with the message as it was after it."""

import asyncio

from datasources.snowflakes import first_of, unix_ms
from tests.contracts.rooms.scenes import DAY_MS, Scene, logged


async def test_events_come_in_their_order_however_they_were_written(scene: Scene) -> None:
    message = scene.message()
    events = [scene.sent(message)]
    events += [scene.edited(message, f"edit {revision}", revisions=revision) for revision in range(1, 20)]
    events.append(scene.deleted(message, revisions=20))
    await asyncio.gather(*(scene.store.write(event) for event in reversed(events)))
    assert await scene.log() == list(map(logged, events))


async def test_events_after_a_cursor_up_to_a_limit(scene: Scene) -> None:
    events = [scene.sent(scene.message()) for _ in range(12)]
    for event in events:
        await scene.store.write(event)
    read: list[int] = []
    after = 0
    while batch := await scene.store.events(scene.room_id, after, 5):
        assert len(batch) <= 5
        read.extend(event.snowflake for event in batch)
        after = batch[-1].snowflake
    assert read == [event.snowflake for event in events]
    assert await scene.store.events(scene.room_id, events[3].snowflake, 2) == events[4:6]
    assert await scene.store.events(scene.room_id, events[3].snowflake - 1, 1) == [events[3]]


async def test_the_log_spans_all_of_its_seven_days(scene: Scene) -> None:
    # Whatever the date is today: somewhere in eleven days there is a boundary of the buckets that a store may use.
    events = [scene.sent(scene.message(days_ago=days / 4)) for days in range(27, -1, -1)]
    for event in events:
        await scene.store.write(event)
    start = await scene.store.log_start(scene.room_id)
    assert await scene.store.events(scene.room_id, start, 100) == events
    assert await scene.store.events(scene.room_id, events[9].snowflake, 7) == events[10:17]


async def test_an_event_written_again_is_there_once(scene: Scene) -> None:
    event = scene.sent(scene.message())
    await asyncio.gather(*(scene.store.write(event) for _ in range(5)))
    assert await scene.log() == [event]


async def test_an_attempt_under_a_fresh_event_id_is_another_event(scene: Scene) -> None:
    message = scene.message()
    first, second = scene.sent(message), scene.sent(message)
    await scene.store.write(first)
    await scene.store.write(second)
    assert await scene.log() == [first, second]
    assert await scene.shown() == [message]


async def test_rooms_have_logs_of_their_own(scene: Scene) -> None:
    other = scene.another()
    await other.send()
    assert await scene.log() == []


async def test_the_log_begins_seven_days_ago(scene: Scene) -> None:
    start = await scene.store.log_start(scene.room_id)
    now = unix_ms()
    assert first_of(now - 7 * DAY_MS - 1000) <= start <= first_of(now - 7 * DAY_MS + 3_600_000)

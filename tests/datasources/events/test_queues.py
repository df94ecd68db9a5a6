"""A queue holds what it may and no more, and gives it up when it closes."""

import asyncio

import pytest

from datasources.events.queues import BoundedQueue, SlowSubscriber


def queue(*, max_items: int = 3, max_bytes: int = 100) -> BoundedQueue[str]:
    return BoundedQueue(max_items=max_items, max_bytes=max_bytes)


async def test_items_come_in_order() -> None:
    items = queue()
    for name in "abc":
        items.put(name, 1)
    assert [await anext(items) for _ in range(3)] == ["a", "b", "c"]


async def test_a_consumer_that_waits_is_woken() -> None:
    items = queue()
    waiting = asyncio.create_task(anext(items))
    await asyncio.sleep(0)
    items.put("late", 1)
    assert await waiting == "late"


async def test_an_item_too_many_closes_the_queue() -> None:
    items = queue(max_items=2)
    for name in "abc":
        items.put(name, 1)
    assert len(items) == 0
    with pytest.raises(SlowSubscriber):
        await anext(items)


async def test_bytes_too_many_close_the_queue() -> None:
    items = queue(max_bytes=10)
    items.put("a", 6)
    items.put("b", 5)
    with pytest.raises(SlowSubscriber):
        await anext(items)


async def test_what_was_taken_makes_room() -> None:
    items = queue(max_items=1, max_bytes=10)
    for name in "abcdef":
        items.put(name, 10)
        assert await anext(items) == name


async def test_closing_ends_the_iteration_of_a_consumer_that_waits() -> None:
    items = queue()
    waiting = asyncio.create_task(_all(items))
    await asyncio.sleep(0)
    items.close()
    assert await waiting == []


async def test_a_cancelled_consumer_loses_nothing() -> None:
    items = queue()
    waiting = asyncio.create_task(anext(items))
    await asyncio.sleep(0)
    items.put("kept", 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await anext(items) == "kept"


async def _all(items: BoundedQueue[str]) -> list[str]:
    return [item async for item in items]

"""Loaders: Strawberry's interface and behaviour, and what Strawberry's own do wrong."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from strawberry.dataloader import DataLoader

from resolvers.loaders.batching import BatchLoader, Failure, LoadCancelled

Batches = list[list[int]]
Make = Callable[[Any], Any]


def doubling(batches: Batches) -> Any:
    async def load(keys: list[int]) -> list[int | Exception | None]:
        batches.append(list(keys))
        await asyncio.sleep(0)
        return [None if key == 0 else ValueError(key) if key < 0 else 2 * key for key in keys]

    return load


@pytest.fixture(params=[BatchLoader, DataLoader])
def make(request: pytest.FixtureRequest) -> Make:
    loader: Make = request.param
    return loader


async def test_what_is_asked_in_one_turn_is_one_batch_with_each_key_once(make: Make) -> None:
    batches: Batches = []
    loader = make(doubling(batches))
    assert [*await asyncio.gather(loader.load(1), loader.load(2), loader.load(1))] == [2, 4, 2]
    assert await loader.load_many([2, 3]) == [4, 6]
    assert batches == [[1, 2], [3]]


async def test_a_failure_is_of_its_key_alone(make: Make) -> None:
    loader = make(doubling([]))
    found = await asyncio.gather(loader.load(1), loader.load(-1), loader.load(0), return_exceptions=True)
    assert (found[0], str(found[1]), found[2]) == (2, "-1", None)
    with pytest.raises(ValueError, match="-2"):
        await loader.load_many([1, -2])


async def test_what_is_primed_or_cleared_is_looked_up_accordingly(make: Make) -> None:
    batches: Batches = []
    loader = make(doubling(batches))
    loader.prime(1, 10)
    loader.prime_many({2: 20})
    assert await loader.load_many([1, 2]) == [10, 20]
    loader.prime(1, 11)
    assert await loader.load(1) == 10
    loader.prime(1, 11, force=True)
    assert await loader.load(1) == 11
    loader.clear(1)
    loader.clear_many([2])
    assert await loader.load_many([1, 2]) == [2, 4]
    loader.clear_all()
    assert await loader.load(1) == 2
    assert batches == [[1, 2], [1]]


async def test_an_answer_of_another_length_is_a_failure(make: Make) -> None:
    async def short(keys: list[int]) -> list[int]:
        return keys[1:]

    with pytest.raises(Exception, match=r"shorter|wrong number"):
        await asyncio.gather(*(make(short).load(key) for key in (1,)))


async def test_a_failed_look_up_is_not_remembered() -> None:
    batches: Batches = []
    loader: BatchLoader[int, Any] = BatchLoader(doubling(batches))
    for _ in range(2):
        with pytest.raises(ValueError, match="-1"):
            await loader.load(-1)
    assert batches == [[-1], [-1]]


async def test_forgetting_an_unknown_key_is_no_error() -> None:
    loader: BatchLoader[int, Any] = BatchLoader(doubling([]))
    loader.clear(1)
    assert await loader.load(1) == 2


async def test_a_cancelled_batch_leaves_nobody_waiting() -> None:
    began = asyncio.Event()

    async def for_ever(keys: list[int]) -> list[int]:
        began.set()
        await asyncio.Event().wait()
        return keys

    loader: BatchLoader[int, int] = BatchLoader(for_ever)
    fetching = asyncio.create_task(loader.fetch([2]))
    waiting = loader.load(1)
    await began.wait()
    fetching.cancel()
    with pytest.raises(LoadCancelled):
        await waiting
    with pytest.raises(asyncio.CancelledError):
        await fetching


async def test_whoever_stops_waiting_takes_nothing_from_others() -> None:
    loader: BatchLoader[int, int] = BatchLoader(doubling([]))
    one, other = loader.load(1), loader.load(1)
    one.cancel()
    assert await other == 2


async def test_a_batch_that_nobody_waits_for_any_more_is_cancelled() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def for_ever(keys: list[int]) -> list[int]:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return keys

    loader: BatchLoader[int, int] = BatchLoader(for_ever)
    waiting = [loader.load(1), loader.load(2)]
    await began.wait()
    for each in waiting:
        each.cancel()
    async with asyncio.timeout(5):
        await ended.wait()


async def test_fetch_takes_what_was_being_collected_and_waits_for_what_is_under_way() -> None:
    batches: Batches = []
    loader: BatchLoader[int, int] = BatchLoader(doubling(batches))
    under_way = loader.load(1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    collected = loader.load(2)
    found = await loader.fetch([1, 3, -3])
    assert (found[1], found[3], type(found[-3])) == (2, 6, Failure)
    assert await under_way == 2
    assert await collected == 4
    assert batches == [[1], [2, 3, -3]]


async def test_what_is_forgotten_while_it_is_looked_up_is_answered_but_not_kept() -> None:
    batches: Batches = []
    loader: BatchLoader[int, int] = BatchLoader(doubling(batches))
    waiting = loader.load(1)
    await asyncio.sleep(0)
    loader.clear(1)
    assert await waiting == 2
    assert await loader.load(1) == 2
    assert batches == [[1], [1]]


@pytest.mark.parametrize("ask", [lambda loader: loader.load(1), lambda loader: loader.load_many([1])])
async def test_a_look_up_that_was_cancelled_from_elsewhere_fails_its_keys_and_nothing_else(
    ask: Callable[[BatchLoader[int, int]], Any],
) -> None:
    async def given_up(_: list[int]) -> list[int]:
        raise asyncio.CancelledError

    loader: BatchLoader[int, int] = BatchLoader(given_up)
    found = await loader.fetch([2])
    assert isinstance(found[2], Failure)
    with pytest.raises(LoadCancelled):
        await ask(loader)


async def test_keys_of_several_batches_are_all_waited_for_from_the_start() -> None:
    go = asyncio.Event()

    async def slow_at_first(keys: list[int]) -> list[int]:
        if 1 in keys:
            await go.wait()
        return keys

    loader: BatchLoader[int, int] = BatchLoader(slow_at_first)
    under_way = loader.load(1)
    await asyncio.sleep(0)
    both = asyncio.create_task(loader.load_many([1, 2]))
    for _ in range(5):
        await asyncio.sleep(0)
    go.set()
    async with asyncio.timeout(5):
        assert (await both, await under_way) == ([1, 2], 1)

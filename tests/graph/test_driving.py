"""What is done, in the same task, for a coroutine that waits: its result, its failures, its cancellation."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from datasources.stores import Stores
from graph.execution.stepping import driven
from resolvers.loaders import Loader, Loaders
from resolvers.loaders.batching import BatchLoader
from resolvers.loaders.loading import SharedLoaders

NO_STORES: Any = None


def dispatching(loader: BatchLoader[int, int]) -> Any:
    def meanwhile() -> Coroutine[Any, Any, object] | None:
        return loader.dispatch() if loader.collects else None

    return meanwhile


async def doubled(keys: list[int]) -> list[int]:
    return [2 * key for key in keys]


async def for_ever(keys: list[int]) -> list[int]:
    await asyncio.Event().wait()
    return keys


async def test_a_look_up_takes_no_task() -> None:
    loader = BatchLoader(doubled)

    async def method() -> int:
        return await loader.load(await loader.load(1))

    tasks = asyncio.all_tasks()
    assert await driven(method(), dispatching(loader)) == 4
    assert asyncio.all_tasks() == tasks


async def test_a_failure_meanwhile_is_raised_where_the_coroutine_waits() -> None:
    async def broken(_: list[int]) -> list[int]:
        raise LookupError("x")

    loader = BatchLoader(broken)

    async def method() -> str:
        try:
            await loader.load(1)
        except LookupError as error:
            return str(error)
        return "nothing"

    assert await driven(method(), dispatching(loader)) == "x"


async def test_a_cancellation_meanwhile_ends_all_that_the_coroutine_waits_for() -> None:
    loader = BatchLoader(for_ever)
    began = asyncio.Event()
    ended: list[str] = []

    async def write() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("write")

    async def method() -> None:
        await asyncio.gather(write(), loader.load(1))

    task = asyncio.create_task(driving(method(), loader))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["write"]


async def driving(method: Coroutine[Any, Any, None], loader: BatchLoader[int, int]) -> None:
    await driven(method, dispatching(loader))


async def test_a_time_limit_within_the_coroutine_is_its_own() -> None:
    loader = BatchLoader(for_ever)

    async def method() -> str:
        try:
            async with asyncio.timeout(0.01):
                await loader.load(1)
        except TimeoutError:
            return "too late"
        return "nothing"

    assert await driven(method(), dispatching(loader)) == "too late"


async def test_whoever_is_cancelled_takes_nothing_from_others_of_shared_loaders() -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def batch(_: Loaders, keys: list[int]) -> list[int]:
        asked.set()
        await go.wait()
        return await doubled(keys)

    loader: Loader[int, int] = Loader("doubled", batch, shared=True)
    stores: Stores = NO_STORES
    common = SharedLoaders(stores)
    one, other = Loaders(stores, None, common), Loaders(stores, None, common)

    async def method(loaders: Loaders) -> int:
        return await loaders.load(loader, 1)

    async def execution(loaders: Loaders) -> int:
        return await driven(method(loaders), loaders.collected)

    first, second = asyncio.create_task(execution(one)), asyncio.create_task(execution(other))
    fetching = asyncio.create_task(other.of(loader).fetch([1, 2]))
    await asked.wait()
    first.cancel()
    await asyncio.wait({first})
    go.set()
    assert (first.cancelled(), await second, dict(await fetching)) == (True, 2, {1: 2, 2: 4})

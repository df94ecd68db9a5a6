"""Alarms that share a timer, and the time limits that are made of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Any

import pytest

from graph.execution.alarms import Alarms, TimeLimit
from graph.execution.stepping import unless_at_once

Limit = Callable[[], AbstractAsyncContextManager[object]]


class Bell:
    """Notes when it rang, and may do something then."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self.rang = asyncio.Event()
        self.at = 0.0
        self._then = then

    def ring(self) -> None:
        assert not self.rang.is_set()
        self.at = asyncio.get_running_loop().time()
        self.rang.set()
        self._then()


async def test_each_rings_when_it_has_stood_for_its_time() -> None:
    alarms, loop = Alarms(0.05), asyncio.get_running_loop()
    bells, due = [Bell() for _ in range(4)], []
    for bell in bells:
        alarms.set(bell)
        due.append(loop.time() + 0.05)
        await asyncio.sleep(0.02)
    async with asyncio.timeout(5):
        for bell, moment in zip(bells, due, strict=True):
            await bell.rang.wait()
            assert bell.at > moment - 0.005
    assert [bell.at for bell in bells] == sorted(bell.at for bell in bells)
    assert len(alarms) == 0


async def test_what_was_cancelled_does_not_ring() -> None:
    alarms, last = Alarms(0.02), Bell()
    first, second = Bell(), Bell()
    for bell in (first, second, last):
        alarms.set(bell)
    alarms.cancel(first)
    alarms.cancel(second)
    alarms.cancel(second)
    await asyncio.wait_for(last.rang.wait(), 5)
    assert not first.rang.is_set()
    assert not second.rang.is_set()


async def test_it_goes_on_after_all_have_rung_or_were_cancelled() -> None:
    alarms = Alarms(0.01)
    for _ in range(3):
        cancelled = Bell()
        alarms.set(cancelled)
        alarms.cancel(cancelled)
        bell = Bell()
        alarms.set(bell)
        await asyncio.wait_for(bell.rang.wait(), 5)
    again = Bell(lambda: alarms.set(bell_of_a_bell))
    bell_of_a_bell = Bell()
    alarms.set(again)
    await asyncio.wait_for(bell_of_a_bell.rang.wait(), 5)


async def finishes() -> str:
    await asyncio.sleep(0)
    return "done"


async def hangs() -> None:
    await asyncio.Event().wait()


async def hangs_on() -> str:
    with suppress(asyncio.CancelledError):
        await hangs()
    return "done all the same"


async def turns() -> None:
    try:
        await hangs()
    except asyncio.CancelledError:
        raise LookupError("turned") from None


async def is_cancelled_too() -> None:
    task = asyncio.current_task()
    assert task is not None
    try:
        await hangs()
    finally:
        task.cancel()


async def outcome(limit: Limit, work: Callable[[], Awaitable[object]]) -> list[Any]:
    async def limited() -> object:
        async with limit():
            return await work()

    task = asyncio.create_task(limited())
    await asyncio.wait({task}, timeout=5)
    if task.cancelled():
        return ["cancelled", task.cancelling()]
    error = task.exception()
    return [
        task.result() if error is None else repr(error),
        type(error.__cause__) if error is not None else None,
        task.cancelling(),
    ]


@pytest.mark.parametrize("work", [finishes, hangs, hangs_on, turns, is_cancelled_too])
async def test_a_limit_does_as_that_of_asyncio(work: Callable[[], Awaitable[object]]) -> None:
    assert await outcome(TimeLimit(0.02), work) == await outcome(partial(asyncio.timeout, 0.02), work)


async def test_what_is_cancelled_from_outside_is_not_out_of_time() -> None:
    limit = TimeLimit(5)

    async def limited() -> None:
        async with limit():
            await hangs()

    task = asyncio.create_task(limited())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert len(limit._alarms) == 0


async def test_limits_may_be_nested() -> None:
    outer, inner = TimeLimit(5), TimeLimit(0.02)
    async with outer():
        with pytest.raises(TimeoutError):
            await unless_at_once(hangs(), inner)
        assert (len(outer._alarms), len(inner._alarms)) == (1, 0)
    assert len(outer._alarms) == 0

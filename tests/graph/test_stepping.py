"""Guards that begin where what they guard first waits, and change nothing else of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

import pytest

from graph.execution.stepping import unless_at_once

COLOUR: ContextVar[str] = ContextVar("COLOUR", default="none")

Log = list[Any]


class Guard:
    """Notes how it was entered and left."""

    def __init__(self) -> None:
        self.log: Log = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        self.log.append("entered")
        try:
            yield
        except BaseException as error:
            self.log.append(type(error))
            raise
        self.log.append("left")


async def at_once() -> int:
    return 7


async def breaks() -> int:
    raise LookupError("x")


async def test_what_never_waits_is_not_guarded() -> None:
    guard = Guard()
    assert await unless_at_once(at_once(), guard) == 7
    with pytest.raises(LookupError, match="x"):
        await unless_at_once(breaks(), guard)
    assert guard.log == []


PAUSES: list[Callable[[], Awaitable[Any]]] = [
    partial(asyncio.sleep, 0),
    partial(asyncio.sleep, 0.001),
    lambda: asyncio.gather(at_once()),
]


@pytest.mark.parametrize("pause", PAUSES)
async def test_what_waits_is_guarded_from_there_on(pause: Callable[[], Awaitable[Any]]) -> None:
    guard = Guard()

    async def work() -> str:
        assert guard.log == []
        for _ in range(3):
            await pause()
            assert guard.log == ["entered"]
        return "done"

    assert await unless_at_once(work(), guard) == "done"
    assert guard.log == ["entered", "left"]


class Work:
    """What may happen to two steps that wait: each method is one way to take it."""

    def __init__(self) -> None:
        self.log: Log = []
        self.steps = [asyncio.get_running_loop().create_future() for _ in range(3)]

    async def _step(self, number: int) -> None:
        try:
            self.log.append(await self.steps[number])
        except BaseException as error:
            self.log += [type(error), error.args, type(error.__context__)]
            raise

    async def plain(self) -> str:
        await self._step(0)
        await self._step(1)
        return "done"

    async def gives_in(self) -> str:
        try:
            return await self.plain()
        except (asyncio.CancelledError, LookupError):
            return "gave in"

    async def goes_on(self) -> str:
        for number in (0, 1):
            try:
                await self._step(number)
            except (asyncio.CancelledError, LookupError):
                continue
        await self._step(2)
        return "went on"

    async def turns(self) -> str:
        try:
            return await self.plain()
        except (asyncio.CancelledError, LookupError) as error:
            raise KeyError("turned") from error

    async def raises_later(self) -> str:
        try:
            await self._step(0)
        except (asyncio.CancelledError, LookupError):
            self.log.append("caught")
        raise KeyError("later")


Way = Callable[[Work], Coroutine[Any, Any, str]]
Disturbance = Callable[[Work, "asyncio.Task[str]", int], None]


def cancel(_: Work, task: "asyncio.Task[str]", __: int) -> None:
    task.cancel("enough")


def fail(work: Work, _: "asyncio.Task[str]", number: int) -> None:
    work.steps[number].set_exception(LookupError("lost"))


def settle(work: Work, _: "asyncio.Task[str]", number: int) -> None:
    work.steps[number].set_result(number)


async def guarded(coroutine: Coroutine[Any, Any, str], guard: Callable[[], AbstractAsyncContextManager[None]]) -> str:
    async with guard():
        return await coroutine


async def outcome(
    run: Callable[[Coroutine[Any, Any, str], Guard], Coroutine[Any, Any, str]], way: Way, *disturbances: Disturbance
) -> Log:
    """Everything that can be seen of it from outside and from inside."""
    work, guard = Work(), Guard()
    task = asyncio.create_task(run(way(work), guard))
    for number, disturb in enumerate(disturbances):
        await asyncio.sleep(0)
        disturb(work, task, number)
        for _ in range(3):
            await asyncio.sleep(0)
    for future in work.steps:
        if not future.done():
            future.set_result("late")
    await asyncio.wait({task})
    ended: Log = [task.cancelled(), task.cancelling()]
    if not task.cancelled():
        error = task.exception()
        ended += [task.result()] if error is None else [repr(error), repr(error.__context__), repr(error.__cause__)]
    return [work.log, guard.log, ended]


@pytest.mark.parametrize("way", [Work.plain, Work.gives_in, Work.goes_on, Work.turns, Work.raises_later])
@pytest.mark.parametrize("first", [cancel, fail, settle])
@pytest.mark.parametrize("second", [cancel, fail, settle])
async def test_what_happens_to_it_is_what_would_happen_inside_the_guard(
    way: Way, first: Disturbance, second: Disturbance
) -> None:
    assert await outcome(unless_at_once, way, first, second) == await outcome(guarded, way, first, second)


async def test_it_stays_in_its_task_and_context() -> None:
    async def work() -> list[Any]:
        found = [asyncio.current_task()]
        COLOUR.set("red")
        await asyncio.sleep(0)
        return [*found, asyncio.current_task(), COLOUR.get()]

    assert await unless_at_once(work(), Guard()) == [asyncio.current_task(), asyncio.current_task(), "red"]
    assert COLOUR.get() == "red"


async def test_a_time_limit_ends_it() -> None:
    ended: Log = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(TimeoutError):
        await unless_at_once(work(), partial(asyncio.timeout, 0.01))
    assert ended == ["cancelled"]


async def test_closing_it_closes_what_waits() -> None:
    ended: Log = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except GeneratorExit:
            ended.append("closed")
            raise

    guard = Guard()
    running = unless_at_once(work(), guard)
    running.send(None)
    running.close()
    assert (ended, guard.log) == (["closed"], ["entered", GeneratorExit])


async def test_a_guard_that_cannot_be_entered_leaves_nothing_running() -> None:
    ended: Log = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("closed")

    def closed() -> AbstractAsyncContextManager[None]:
        raise LookupError("no entry")

    with pytest.raises(LookupError, match="no entry") as refused:
        await unless_at_once(work(), closed)
    # While its traceback holds on to everything that was under way.
    assert (refused.traceback[-1].name, ended) == ("closed", ["closed"])

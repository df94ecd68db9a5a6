"""Guards, such as a time limit, that cost nothing where what they guard never waits."""

from asyncio import CancelledError, Future
from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager
from types import coroutine as awaitable
from typing import Any, TypeVar

T = TypeVar("T")


async def unless_at_once(
    coroutine: Coroutine[Any, Any, T], guard: Callable[[], AbstractAsyncContextManager[object]]
) -> T:
    """The coroutine's result. It runs in the task that awaits this, up to where it first waits outside any guard, and
    from there on inside one, which is made only then, and must be entered without waiting.
    """
    try:
        waits_for = coroutine.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    try:
        async with guard():
            return await _rest_of(coroutine, waits_for)
    finally:
        coroutine.close()


@awaitable
def _rest_of(coroutine: Coroutine[Any, Any, T], waits_for: object) -> Generator[Any, Any, T]:
    """What is left of a coroutine that waits already, and so cannot be awaited itself."""
    while True:
        thrown: BaseException | None = None
        try:
            yield waits_for
        except BaseException as error:  # noqa: BLE001 # handed on to the coroutine that it was meant for
            thrown = error
        if thrown is None:
            rest: T = yield from coroutine
            return rest
        try:
            waits_for = coroutine.throw(thrown)
        except StopIteration as finished:
            result: T = finished.value
            return result
        finally:
            thrown = None


@awaitable
def driven(
    coroutine: Coroutine[Any, Any, T], meanwhile: Callable[[], Coroutine[Any, Any, object] | None]
) -> Generator[Any, Any, T]:
    """The coroutine's result. Whenever it waits, `meanwhile` may give what it waits for to do, in the same task.

    So what would take a task and some turns of the loop, such as a batch of look-ups that nobody else adds to, takes
    neither. A cancellation meanwhile reaches the coroutine where it waits.
    """
    thrown: BaseException | None = None
    while True:
        try:
            waits_for = coroutine.send(None) if thrown is None else coroutine.throw(thrown)
        except StopIteration as finished:
            result: T = finished.value
            return result
        try:
            work = meanwhile()
            if work is not None:
                yield from work.__await__()
        except BaseException as error:  # noqa: BLE001 # handed on to the coroutine that it was meant for
            if not (isinstance(error, CancelledError) and isinstance(waits_for, Future) and waits_for.cancel()):
                thrown = error
                continue
        # What follows is as a task does it; a cancellation of the work above has become one of what is waited for.
        try:
            if isinstance(waits_for, Future) and waits_for.done() and not waits_for.cancelled():
                waits_for._asyncio_future_blocking = False  # noqa: SLF001 - the protocol of tasks and futures
                thrown = None
            else:
                yield waits_for
                thrown = None
        except BaseException as error:  # noqa: BLE001 # handed on to the coroutine that it was meant for
            thrown = error

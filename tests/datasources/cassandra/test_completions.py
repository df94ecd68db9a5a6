"""Completions cross from the driver's thread to the loop in bulk, and none is left behind."""

import asyncio
from collections.abc import Callable
from threading import Thread
from typing import Any

from datasources.cassandra.completions import Answer, Completions


class CountingLoop:
    """Passes everything on to the running loop and counts how often it was woken."""

    def __init__(self) -> None:
        self.wakes = 0
        self._loop = asyncio.get_running_loop()

    def call_soon_threadsafe(self, callback: Callable[..., Any], *arguments: Any) -> asyncio.Handle:
        self.wakes += 1
        return self._loop.call_soon_threadsafe(callback, *arguments)


async def test_many_completions_wake_the_loop_once() -> None:
    loop = CountingLoop()
    completions = Completions(loop)  # type: ignore[arg-type]  # all that it uses of a loop
    futures = [asyncio.get_running_loop().create_future() for _ in range(1000)]
    for number, future in enumerate(futures):
        completions.succeed([number], future)
    assert await asyncio.gather(*futures) == [[number] for number in range(1000)]
    assert loop.wakes == 1


async def test_none_is_left_behind_when_threads_race_the_loop() -> None:
    completions = Completions(asyncio.get_running_loop())
    futures: list[asyncio.Future[Answer]] = [asyncio.get_running_loop().create_future() for _ in range(8000)]

    def complete(part: list[asyncio.Future[Answer]]) -> None:
        for future in part:
            completions.succeed(None, future)

    threads = [Thread(target=complete, args=(futures[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    async with asyncio.timeout(20):
        assert await asyncio.gather(*futures) == [[]] * len(futures)
    for thread in threads:
        await asyncio.to_thread(thread.join)


async def test_one_that_was_cancelled_does_not_stop_the_others() -> None:
    completions = Completions(asyncio.get_running_loop())
    cancelled, failed, good = (asyncio.get_running_loop().create_future() for _ in range(3))
    cancelled.cancel()
    completions.succeed([], cancelled)
    completions.fail(LookupError("gone"), failed)
    completions.succeed([1], good)
    assert await good == [1]
    assert isinstance(failed.exception(), LookupError)


def test_a_closed_loop_is_no_error_on_the_drivers_thread() -> None:
    loop = asyncio.new_event_loop()
    future: asyncio.Future[Answer] = loop.create_future()
    loop.close()
    Completions(loop).succeed([], future)
    assert not future.done()

"""Two streams as one, the second of which never waits for its reader."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Hashable
from typing import Any, Final, Generic, Self, TypeVar

from datasources.events.tasks import end

A = TypeVar("A")
B = TypeVar("B")
Item = TypeVar("Item")

_END: Final = object()


class Mailbox(Generic[Item]):
    """The latest item under each key, in the order in which the keys came up; beyond `maximum` the oldest go."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._items: dict[Hashable, Item] = {}
        self._filled = asyncio.Event()

    def put(self, key: Hashable, item: Item) -> None:
        self._items[key] = item
        if len(self._items) > self._maximum:
            del self._items[next(iter(self._items))]
        self._filled.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        while not self._items:
            self._filled.clear()
            await self._filled.wait()
        return self._items.pop(next(iter(self._items)))


async def interleaved(first: AsyncIterator[A], second: AsyncIterator[B]) -> AsyncGenerator[A | B, None]:
    """What either gives, as it comes, until the first ends; raises what either raises."""
    sources: dict[asyncio.Task[Any], AsyncIterator[Any]] = {}
    try:
        for source in (first, second):
            sources[asyncio.create_task(_step(source))] = source
        while True:
            done, _ = await asyncio.wait(sources, return_when=asyncio.FIRST_COMPLETED)
            for step in done:
                source = sources.pop(step)
                item = step.result()
                if item is _END:
                    return
                yield item
                sources[asyncio.create_task(_step(source))] = source
    finally:
        await end(sources)


async def _step(source: AsyncIterator[Any]) -> Any:
    try:
        return await anext(source)
    except StopAsyncIteration:
        return _END

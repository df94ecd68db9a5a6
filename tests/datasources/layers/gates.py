"""Delays put in on purpose before and after the calls of a real store, to force an interleaving."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from datasources.stores import OwingStore

WAIT_SECONDS = 20.0


class Stop:
    """One call waits here until `release`; `reached` returns when it does."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._released = asyncio.Event()

    async def reached(self) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            await self._reached.wait()

    def release(self) -> None:
        self._released.set()

    async def pause(self) -> None:
        self._reached.set()
        await self._released.wait()


class Gated:
    """Hands every call on to the store. A stop holds the next call of a method, before or after the store did it."""

    def __init__(self, store: OwingStore) -> None:
        self._store = store
        self._before: dict[str, Stop] = {}
        self._after: dict[str, Stop] = {}
        self.calls: list[str] = []

    @property
    def as_store(self) -> OwingStore:
        return cast("OwingStore", self)

    def stop_before(self, method: str) -> Stop:
        return self._before.setdefault(method, Stop())

    def stop_after(self, method: str) -> Stop:
        return self._after.setdefault(method, Stop())

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._store, method)

        async def passing(*arguments: Any) -> Any:
            self.calls.append(method)
            before, after = self._before.pop(method, None), self._after.pop(method, None)
            if before is not None:
                await before.pause()
            answer = await call(*arguments)
            if after is not None:
                await after.pause()
            return answer

        return passing

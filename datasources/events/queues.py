"""A queue between one producer that never waits and one consumer that may be slow."""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from datasources.errors import DatasourceError

Item = TypeVar("Item")


class SlowSubscriber(DatasourceError):
    """A subscriber let more wait than its queue may hold: it was closed, and may come back with its last cursor."""


class BoundedQueue(Generic[Item]):
    """Holds at most `max_items` of at most `max_bytes` together; an item more closes it with `SlowSubscriber`.

    Iterate over it from one task. What waits is given up when it closes, so that memory is free at once; iteration then
    raises the error that it was closed with, or ends where there was none. `on_close` is called once.
    """

    __slots__ = ("_bytes", "_closed", "_error", "_items", "_max_bytes", "_max_items", "_on_close", "_waiter")

    def __init__(
        self, *, max_items: int, max_bytes: int, on_close: "Callable[[BoundedQueue[Item]], object] | None" = None
    ) -> None:
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._on_close = on_close
        self._items: deque[tuple[Item, int]] = deque()
        self._bytes = 0
        self._closed = False
        self._error: BaseException | None = None
        self._waiter: Future[None] | None = None

    def put(self, item: Item, size: int) -> None:
        """Adds an item of about `size` bytes; nothing happens on a closed queue."""
        if self._closed:
            return
        if len(self._items) >= self._max_items or self._bytes + size > self._max_bytes:
            self.close(SlowSubscriber(f"{len(self._items)} events of {self._bytes} bytes were waiting"))
            return
        self._items.append((item, size))
        self._bytes += size
        if self._waiter is not None:
            self._wake()

    def close(self, error: BaseException | None = None) -> None:
        """Ends the iteration, with this error where there is one; what closed it first stays."""
        if self._closed:
            return
        self._closed = True
        self._error = error
        self._items.clear()
        self._bytes = 0
        self._wake()
        if self._on_close is not None:
            self._on_close(self)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def read(self) -> bool:
        """Whether its consumer has had everything, and more may come."""
        return not self._items and not self._closed

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        while not self._items:
            if self._closed:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            self._waiter = get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        item, size = self._items.popleft()
        self._bytes -= size
        return item

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

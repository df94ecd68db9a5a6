"""One store of a pair, asked with patience: a store that stands still is away, long before its client says so."""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from datasources.errors import Unavailable
from datasources.events.tasks import end
from datasources.stores import OwingStore, RoomStore

WRITE_SECONDS: Final = 1.5
"""Two attempts, one on each store, and the half second of a belief must end within the recorder's `TIMELY_MS`."""

READ_SECONDS: Final = 3.0
STOP_SECONDS: Final = 2.5

S_co = TypeVar("S_co", bound=RoomStore, covariant=True)
T = TypeVar("T")


class Side(Generic[S_co]):
    """A store with its name, as `Unavailable.store` has it.

    What has not been answered in time goes on, since it may take effect and its client will say in the end what became
    of it; meanwhile the store counts as away, at once, unless it answered anything that was asked later.
    """

    def __init__(self, store: S_co, name: str) -> None:
        self.store = store
        self.name = name
        self._overdue: dict[asyncio.Task[Any], float] = {}
        self._answered = 0.0

    async def ask(self, question: Coroutine[Any, Any, T], seconds: float = READ_SECONDS, *, insist: bool = False) -> T:
        """The answer to a call of this store; raises `Unavailable` after so many seconds.

        To `insist` is to try it even while the store stands still, where nobody else is left to ask.
        """
        if not insist and self._stands_still():
            question.close()
            raise Unavailable(self.name, "it stands still; trying again when it answers")
        began = monotonic()
        task = asyncio.create_task(question)
        try:
            await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not task.done():
            self._overdue[task] = began
            task.add_done_callback(self._late)
            raise Unavailable(self.name, f"no answer in {seconds} s")
        answer = task.result()
        self._answered = max(self._answered, began)
        return answer

    async def stop(self) -> None:
        """Ends what is overdue, once its client has had the time to give it up by itself."""
        if self._overdue:
            await asyncio.wait(list(self._overdue), timeout=STOP_SECONDS)
        await end(list(self._overdue))

    def _stands_still(self) -> bool:
        return any(began > self._answered for began in self._overdue.values())

    def _late(self, task: asyncio.Task[Any]) -> None:
        began = self._overdue.pop(task)
        if not task.cancelled() and task.exception() is None:
            self._answered = max(self._answered, began)


First = Side[RoomStore]
Owing = Side[OwingStore]

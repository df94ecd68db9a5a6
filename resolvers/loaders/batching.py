"""Many look-ups of one kind become one call: Strawberry's `DataLoader` anew, without its known defects.

Here a cancelled batch leaves nobody waiting, a failed look-up is not remembered, whoever stops waiting takes nothing
from others, forgetting an unknown key is no error, and a batch for which nobody waits any more is cancelled.
"""

import asyncio
from asyncio import CancelledError, Future, Task
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LoadBatch = Callable[[list[K]], Awaitable[Sequence[V | BaseException]]]
"""Answers value, None or error for each key, in their order."""


class LoadCancelled(Exception):
    """The task that was to load a batch ended first."""


class Failure:
    """Why a key could not be loaded, among values."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class _AllKeys:
    """In the place of a key: whoever waits for the batch as a whole."""


_ALL: Final = _AllKeys()


class _Batch(Generic[K, V]):
    """Keys that are looked up together; `outcomes` has them all once it is over."""

    __slots__ = ("inline", "keys", "outcomes", "started", "task", "waiters")

    def __init__(self) -> None:
        self.keys: dict[K, None] = {}
        self.outcomes: dict[K, V | Failure] = {}
        self.started = False
        self.inline = False
        """Whether all who wait for it do so in the task that looks it up."""
        self.task: Task[None] | None = None
        self.waiters: list[tuple[Future[Any], K | _AllKeys]] = []

    def deserted(self, gone: "Future[Any]") -> None:
        """Ends the look-up when nobody waits for it any more."""
        if gone.cancelled() and self.task is not None and all(each.cancelled() for each, _ in self.waiters):
            self.task.cancel()

    def settle(self) -> None:
        for waiter, key in self.waiters:
            if waiter.done():
                continue
            outcome = None if isinstance(key, _AllKeys) else self.outcomes[key]
            if isinstance(outcome, Failure):
                waiter.set_exception(outcome.error)
            else:
                waiter.set_result(outcome)


class BatchLoader(Generic[K, V]):
    """Collects the keys of one turn of the loop, or what `fetch` is given, and keeps what was found.

    A `detached` one looks up in tasks of its own: whoever asks may be cancelled without harm to others who ask.
    """

    __slots__ = ("_collecting", "_detached", "_load_batch", "_name", "_pending", "found")

    def __init__(self, load_batch: LoadBatch[K, V], name: str = "a loader", *, detached: bool = False) -> None:
        self.found: Final[dict[K, V]] = {}
        """What is known already: look here first, it spares an await."""
        self._load_batch = load_batch
        self._detached = detached
        self._name = name
        self._pending: dict[K, _Batch[K, V]] = {}
        self._collecting: _Batch[K, V] | None = None

    def load(self, key: K) -> "Future[V]":
        """The key's value; raises what the batch function gave for it, or `LoadCancelled`."""
        waiter: Future[V] = asyncio.get_running_loop().create_future()
        if key in self.found:
            waiter.set_result(self.found[key])
            return waiter
        self._wait(self._batch_of(key), waiter, key)
        return waiter

    async def load_many(self, keys: Iterable[K]) -> list[V]:
        """The values in the order of the keys; raises the first failure among them."""
        found: list[V] = []
        for outcome in await self.outcomes(keys):
            if isinstance(outcome, Failure):
                raise outcome.error
            found.append(outcome)
        return found

    async def outcomes(self, keys: Iterable[K]) -> list[V | Failure]:
        """The values in the order of the keys, or why they could not be had."""
        wanted = list(keys)
        found: dict[K, V | Failure] = {key: self.found[key] for key in wanted if key in self.found}
        batches = {id(batch): batch for batch in (self._batch_of(key) for key in wanted if key not in found)}
        await self._finished(list(batches.values()))
        for batch in batches.values():
            found.update(batch.outcomes)
        return [found[key] for key in wanted]

    async def fetch(self, keys: Iterable[K]) -> Mapping[K, V | Failure]:
        """The outcomes by key, looked up at once, in the task that asks, with all that was being collected."""
        if self._detached:
            wanted = list(keys)
            return dict(zip(wanted, await self.outcomes(wanted), strict=True))
        own, self._collecting = self._collecting or _Batch(), None
        if not self.found and not self._pending:
            own.keys = dict.fromkeys(keys)
            self._pending.update(dict.fromkeys(own.keys, own))
            await self._run(own)
            return own.outcomes
        outcomes, others = self._divided(keys, own)
        if own.keys:
            await self._run(own)
            outcomes.update(own.outcomes)
        await self._finished(others)
        for other in others:
            outcomes.update(other.outcomes)
        return outcomes

    async def _finished(self, batches: list[_Batch[K, V]]) -> None:
        """Waits for all of them, from the start: a batch that begins while nobody waits for it is nobody's."""
        waiters: list[Future[Any]] = []
        for batch in batches:
            if len(batch.outcomes) < len(batch.keys):
                waiter: Future[Any] = asyncio.get_running_loop().create_future()
                self._wait(batch, waiter, _ALL)
                waiters.append(waiter)
        try:
            for waiter in waiters:
                await waiter
        finally:
            for waiter in waiters:
                waiter.cancel()

    def _divided(self, keys: Iterable[K], own: _Batch[K, V]) -> tuple[dict[K, V | Failure], list[_Batch[K, V]]]:
        """What is known of the keys, and the batches that look others of them up; the rest is for `own` to look up."""
        outcomes: dict[K, V | Failure] = {}
        others: dict[int, _Batch[K, V]] = {}
        for key in keys:
            other = self._pending.get(key)
            if key in self.found:
                outcomes[key] = self.found[key]
            elif other is None:
                own.keys[key] = None
                self._pending[key] = own
            elif other is not own:
                others[id(other)] = other
        return outcomes, list(others.values())

    @property
    def collects(self) -> bool:
        """Whether keys wait for the next turn of the loop, and could as well be looked up at once."""
        return self._collecting is not None and not self._detached

    async def dispatch(self) -> None:
        """Looks up at once, in the task that asks, what was being collected."""
        own, self._collecting = self._collecting, None
        if own is not None:
            own.inline = True
            await self._run(own)

    def clear(self, key: K) -> None:
        """Forgets a key, known or not; what is being looked up answers those who wait, and is forgotten too."""
        self.found.pop(key, None)
        self._pending.pop(key, None)

    def clear_many(self, keys: Iterable[K]) -> None:
        for key in keys:
            self.clear(key)

    def clear_all(self) -> None:
        self.found.clear()
        self._pending.clear()
        self._collecting = None

    def prime(self, key: K, value: V, *, force: bool = False) -> None:
        """Takes a value for known, unless another is; `force` replaces it."""
        self.prime_many({key: value}, force=force)

    def prime_many(self, values: Mapping[K, V], *, force: bool = False) -> None:
        for key, value in values.items():
            if force or key not in self.found:
                self.found[key] = value

    def _batch_of(self, key: K) -> _Batch[K, V]:
        batch = self._pending.get(key)
        if batch is None:
            batch = self._collecting
            if batch is None:
                batch = self._collecting = _Batch()
                asyncio.get_running_loop().call_soon(self._dispatch, batch)
            batch.keys[key] = None
            self._pending[key] = batch
        return batch

    def _wait(self, batch: _Batch[K, V], waiter: "Future[Any]", key: K | _AllKeys) -> None:
        batch.waiters.append((waiter, key))
        if batch.task is not None:
            waiter.add_done_callback(batch.deserted)

    def _dispatch(self, batch: _Batch[K, V]) -> None:
        if batch.started:
            return
        if self._collecting is batch:
            self._collecting = None
        batch.started = True
        if batch.waiters and all(waiter.cancelled() for waiter, _ in batch.waiters):
            self._forget(batch)
            return
        batch.task = asyncio.get_running_loop().create_task(self._run(batch), name=f"load-{self._name}")
        for waiter, _ in batch.waiters:
            waiter.add_done_callback(batch.deserted)

    async def _run(self, batch: _Batch[K, V]) -> None:
        batch.started = True
        keys = list(batch.keys)
        try:
            values = dict(zip(keys, await self._load_batch(keys), strict=True))
        except CancelledError as cancelled:
            own = _is_cancelled()
            if batch.inline and own:
                # It is their task that was cancelled.
                for waiter, _ in batch.waiters:
                    waiter.cancel()
            self._fail(batch, LoadCancelled(f"the batch of {self._name} was cancelled"), cancelled)
            if own:
                raise
            return
        except Exception as error:  # noqa: BLE001 # handed to each of those who wait
            self._fail(batch, error, error.__cause__)
            return
        except BaseException as error:
            self._fail(batch, LoadCancelled(f"the batch of {self._name} was broken off"), error)
            raise
        if any(issubclass(each, BaseException) for each in set(map(type, values.values()))):
            outcomes: dict[K, Any] = {
                key: Failure(_as_exception(value)) if isinstance(value, BaseException) else value
                for key, value in values.items()
            }
        else:
            outcomes = values
        self._keep(batch, outcomes)
        batch.outcomes = outcomes
        if batch.waiters:
            batch.settle()

    def _keep(self, batch: _Batch[K, V], outcomes: Mapping[K, Any]) -> None:
        """Remembers what was found, but for what was forgotten meanwhile."""
        pending = self._pending
        alone = len(pending) == len(outcomes) and set(pending.values()) == {batch}
        if alone and Failure not in set(map(type, outcomes.values())):
            pending.clear()
            self.found.update(outcomes)
            return
        for key, outcome in outcomes.items():
            if pending.get(key) is batch:
                del pending[key]
                if type(outcome) is not Failure:
                    self.found[key] = outcome

    def _fail(self, batch: _Batch[K, V], error: Exception, cause: BaseException | None) -> None:
        error.__cause__ = cause
        self._forget(batch)
        batch.outcomes = {key: Failure(error) for key in batch.keys}
        batch.settle()

    def _forget(self, batch: _Batch[K, V]) -> None:
        for key in batch.keys:
            if self._pending.get(key) is batch:
                del self._pending[key]


def _as_exception(value: BaseException) -> Exception:
    if isinstance(value, Exception):
        return value
    cancelled = LoadCancelled(repr(value))
    cancelled.__cause__ = value
    return cancelled


def _is_cancelled() -> bool:
    """Whether it is this task that somebody cancelled, and not something that it waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0

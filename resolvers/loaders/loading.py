"""How loaders are declared, and made anew for each operation."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from strawberry.dataloader import DataLoader, DefaultCache

from datasources.errors import Unavailable
from datasources.records.ids import UserId
from datasources.stores import Stores
from resolvers.viewer import Viewer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Batch = Callable[["Loaders", list[K]], Awaitable[Sequence[V | Exception]]]


@dataclass(frozen=True, slots=True, eq=False)
class Loader(Generic[K, V]):
    """The declaration of a loader. Its batch function answers value, None or error for each key, in their order."""

    name: str
    batch: Batch[K, V]


class _Cache(DefaultCache[K, V]):
    """Strawberry's cache, where forgetting an unknown key is no error."""

    def delete(self, key: K) -> None:
        self.cache_map.pop(key, None)


class _BatchLoader(DataLoader[K, V]):
    """Strawberry's loader without three of its traits: a cancelled batch leaves nobody waiting, a failed look-up is
    not remembered, and clearing an unknown key is no error.
    """

    def __init__(self, loaders: "Loaders", loader: Loader[K, V]) -> None:
        super().__init__(self._load_batch, cache_map=_Cache())
        self._loaders = loaders
        self._loader = loader

    async def _load_batch(self, keys: list[K]) -> list[V | BaseException]:
        try:
            values: list[V | BaseException] = list(await self._loader.batch(self._loaders, keys))
        except asyncio.CancelledError as error:
            # Strawberry would leave the futures of this batch pending for ever.
            values = [_LoadCancelled(f"the batch of {self._loader.name} was cancelled") for _ in keys]
            for value in values:
                if isinstance(value, BaseException):
                    value.__cause__ = error
        except Exception:
            self.clear_many(keys)
            raise
        for key, value in zip(keys, values, strict=True):
            if isinstance(value, BaseException):
                self.clear(key)
        return values


class _LoadCancelled(Exception):
    """The task that was to load a batch ended first."""


class Loaders:
    """The loaders of one operation, each made when it is first asked for.

    `outages` has the names of stores that were away while something was loaded that came in part all the same.
    """

    __slots__ = ("_made", "outages", "stores", "viewer")

    def __init__(self, stores: Stores, viewer: Viewer | None) -> None:
        self.stores = stores
        self.viewer = viewer
        self.outages: set[str] = set()
        self._made: dict[Loader[Any, Any], _BatchLoader[Any, Any]] = {}

    def load(self, loader: Loader[K, V], key: K) -> Awaitable[V]:
        made = self._made.get(loader)
        if made is None:
            made = self._made[loader] = _BatchLoader(self, loader)
        return made.load(key)

    def load_many(self, loader: Loader[K, V], keys: Sequence[K]) -> Awaitable[list[V]]:
        return asyncio.gather(*(self.load(loader, key) for key in keys))

    async def outcomes(self, loader: Loader[K, V], keys: Sequence[K]) -> list[V | Unavailable]:
        """As `load_many`, but an outage is the answer for those keys alone that it concerns."""
        found: list[V | Unavailable] = []
        for outcome in await asyncio.gather(*(self.load(loader, key) for key in keys), return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, Unavailable):
                raise outcome
            found.append(outcome)
        return found

    def forget(self) -> None:
        """Forgets everything loaded, as after a change."""
        self._made.clear()

    @property
    def viewer_id(self) -> UserId | None:
        return self.viewer.user_id if self.viewer is not None else None

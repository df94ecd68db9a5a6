"""How loaders are declared, and made anew for each operation."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from datasources.errors import Unavailable
from datasources.records.ids import UserId
from datasources.stores import Stores
from resolvers.loaders.batching import BatchLoader, Failure
from resolvers.viewer import Viewer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Batch = Callable[["Loaders", list[K]], Awaitable[Sequence[V | Exception]]]


@dataclass(frozen=True, slots=True, eq=False)
class Loader(Generic[K, V]):
    """The declaration of a loader. Its batch function answers value, None or error for each key, in their order.

    One that is `shared` finds the same for every viewer, and must not ask who that is.
    """

    name: str
    batch: Batch[K, V]
    shared: bool = False


class ViewerAsked(Exception):
    """Something that was said to be the same for everybody asked for whom it is."""


class Loaders:
    """The loaders of one operation, each made when it is first asked for.

    `outages` has the names of stores that were away while something was loaded that came in part all the same. What is
    shared is found in `common` where it is given.
    """

    __slots__ = ("_made", "common", "outages", "stores", "viewer")

    for_many = False
    """Whether several executions share them, of which one may be cancelled."""

    def __init__(self, stores: Stores, viewer: Viewer | None, common: "SharedLoaders | None" = None) -> None:
        self.stores = stores
        self.viewer = viewer
        self.outages: set[str] = set()
        self.common = common
        self._made: dict[Loader[Any, Any], BatchLoader[Any, Any]] = {}

    def of(self, loader: Loader[K, V]) -> BatchLoader[K, V]:
        """What this operation has loaded by it, and loads."""
        made = self._made.get(loader)
        if made is None:
            made = self._made[loader] = self._of(loader)
        return made

    def _of(self, loader: Loader[K, V]) -> BatchLoader[K, V]:
        if loader.shared and self.common is not None:
            return self.common.of(loader)
        return BatchLoader(partial(loader.batch, self), loader.name, detached=self.for_many)

    def load(self, loader: Loader[K, V], key: K) -> Awaitable[V]:
        return self.of(loader).load(key)

    def load_many(self, loader: Loader[K, V], keys: Sequence[K]) -> Awaitable[list[V]]:
        return self.of(loader).load_many(keys)

    async def outcomes(self, loader: Loader[K, V], keys: Sequence[K]) -> list[V | Unavailable]:
        """As `load_many`, but an outage is the answer for those keys alone that it concerns."""
        found: list[V | Unavailable] = []
        for outcome in await self.of(loader).outcomes(keys):
            if not isinstance(outcome, Failure):
                found.append(outcome)
            elif isinstance(outcome.error, Unavailable):
                found.append(outcome.error)
            else:
                raise outcome.error
        return found

    def collected(self) -> Coroutine[Any, Any, object] | None:
        """Looks up what waits for the next turn of the loop; for whoever knows that nobody will add to it."""
        collecting = [made for made in self._made.values() if made.collects]
        if not collecting:
            return None
        if len(collecting) == 1:
            return collecting[0].dispatch()
        return _together([made.dispatch() for made in collecting])

    def forget(self) -> None:
        """Forgets everything loaded, as after a change."""
        self._made.clear()

    @property
    def viewer_id(self) -> UserId | None:
        return self.viewer.user_id if self.viewer is not None else None


async def _together(batches: list[Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*batches)


class SharedLoaders(Loaders):
    """Loads what is the same for everybody, once for all of them. It has no viewer, and raises `ViewerAsked`."""

    __slots__ = ()

    for_many = True

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.outages = set()
        self.common = None
        self._made = {}

    def _of(self, loader: Loader[K, V]) -> BatchLoader[K, V]:
        if not loader.shared:
            raise ViewerAsked(f"{loader.name} finds another thing for each viewer")
        return super()._of(loader)

    @property
    def viewer(self) -> Viewer | None:  # type: ignore[override] # in the place of a slot that is never set
        raise ViewerAsked("whoever loads for everybody has no viewer")

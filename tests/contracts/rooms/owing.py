"""A room in a store that keeps what another one is owed."""

from dataclasses import dataclass

from datasources.stores import OwingStore
from tests.contracts.rooms.scenes import Scene


@dataclass(frozen=True, slots=True)
class Owing:
    """`mirrored` where what was settled stays, since both stores have it; otherwise it is gone from this one."""

    store: OwingStore
    scene: Scene
    mirrored: bool


async def settle_all(store: OwingStore) -> None:
    """Nothing is owed when a test begins."""
    while events := await store.owed(1_000):
        await store.settle(events)

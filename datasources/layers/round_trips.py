"""Counts what an operation asks of each store: statements, and the waves in which they went out.

A wave begins when a statement is sent while none of the same operation's to the same store is under way. Waves are
what an operation waits for; they must not grow with the length of any list.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class StoreTrips:
    statements: int = 0
    waves: int = 0
    under_way: int = 0


@dataclass(slots=True)
class RoundTrips:
    """What one operation has asked so far, by store."""

    stores: dict[str, StoreTrips] = field(default_factory=dict)

    def begin(self, store: str) -> None:
        trips = self.stores.get(store)
        if trips is None:
            trips = self.stores[store] = StoreTrips()
        if trips.under_way == 0:
            trips.waves += 1
        trips.under_way += 1
        trips.statements += 1

    def end(self, store: str) -> None:
        self.stores[store].under_way -= 1

    def report(self) -> dict[str, dict[str, int]]:
        """`{store: {"waves": n, "statements": n}}`, stores in alphabetical order."""
        return {
            store: {"waves": trips.waves, "statements": trips.statements}
            for store, trips in sorted(self.stores.items())
        }


# Set where an operation begins; loaders and tasks inherit it with their context.
round_trips: ContextVar[RoundTrips | None] = ContextVar("round_trips", default=None)

"""The plans that a process keeps: one bound for all operations, since some documents have very many."""

from collections import OrderedDict
from typing import Final, Protocol
from weakref import ref

FIELDS_KEPT: Final = 30_000
"""Planned fields of all operations; about two kB each."""


class Plan(Protocol):
    """What can be made anew from its document."""

    def drop(self) -> None:
        """Forgets the plan, but for executions that are under way."""


class Plans:
    """Least recently used out first, bounded by the number of their fields.

    None is kept alive by being counted here: a plan has its whole document, however few fields it plans of it.
    """

    def __init__(self, maximum: int = FIELDS_KEPT) -> None:
        self._maximum = maximum
        self._fields: OrderedDict[ref[Plan], int] = OrderedDict()
        self._total = 0

    def __len__(self) -> int:
        """How many fields are kept."""
        return self._total

    def used(self, plan: Plan) -> None:
        place = ref(plan)
        if place in self._fields:
            self._fields.move_to_end(place)

    def grew(self, plan: Plan, fields: int) -> None:
        """The plan has so many fields more, and is the last to go for them."""
        before = self._fields.pop(ref(plan), 0)
        self._fields[ref(plan, self._gone)] = before + fields
        self._total += fields
        while self._total > self._maximum and len(self._fields) > 1:
            place, count = self._fields.popitem(last=False)
            self._total -= count
            dropped = place()
            if dropped is not None:
                dropped.drop()

    def _gone(self, place: "ref[Plan]") -> None:
        self._total -= self._fields.pop(place, 0)


PLANS: Final = Plans()
"""Those of this process."""

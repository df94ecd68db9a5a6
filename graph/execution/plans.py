"""The plans that a process keeps: one bound for all operations, since some documents have very many."""

from collections import OrderedDict
from typing import Final, Protocol

FIELDS_KEPT: Final = 30_000
"""Planned fields of all operations; about two kB each."""


class Plan(Protocol):
    """What can be made anew from its document."""

    def drop(self) -> None:
        """Forgets the plan, but for executions that are under way."""


class Plans:
    """Least recently used out first, bounded by the number of their fields."""

    def __init__(self, maximum: int = FIELDS_KEPT) -> None:
        self._maximum = maximum
        self._fields: OrderedDict[Plan, int] = OrderedDict()
        self._total = 0

    def __len__(self) -> int:
        """How many fields are kept."""
        return self._total

    def used(self, plan: Plan) -> None:
        if plan in self._fields:
            self._fields.move_to_end(plan)

    def grew(self, plan: Plan, fields: int) -> None:
        """The plan has so many fields more, and is the last to go for them."""
        self._fields[plan] = self._fields.pop(plan, 0) + fields
        self._total += fields
        while self._total > self._maximum and len(self._fields) > 1:
            dropped, count = self._fields.popitem(last=False)
            self._total -= count
            dropped.drop()


PLANS: Final = Plans()
"""Those of this process."""

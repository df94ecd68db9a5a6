"""Drawing at random, from a seed that tells everything that is drawn."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw(Random):
    """A generator of its own for each thing that is drawn, named by its place: what one takes changes no other."""

    def __init__(self, *place: object) -> None:
        super().__init__("/".join(map(str, place)))

    def chance(self, share: float) -> bool:
        return self.random() < share

    def some(self, options: Sequence[T], share: float, at_least: int = 0) -> list[T]:
        """A part of the options, in their order."""
        chosen = [option for option in options if self.chance(share)]
        return chosen if len(chosen) >= at_least else list(options[:at_least])

    def one_of(self, options: Iterable[T]) -> T:
        return self.choice(list(options))

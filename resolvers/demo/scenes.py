"""Conversations as short scripts: scenes with roles, alternatives and slots, told anew each time.

A script is text. Scenes are separated by an empty line; a turn is `role: words | other words`, and a line that begins
with `|` adds alternatives to the turn above it. With `role=: …` the first words reply to the first of the turn before,
and so on. `T` is who leads the channel, `H` the head of the school, `a` to `d` are other members. A slot `{name}` is
filled from, in this order: the people of the scene (`{a}`), the days around it (`{day}`), the row of the subject's
matter that the scene is about, and phrases, which are drawn anew each time.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_SLOT: Final = re.compile(r"\{(\w+)\}")
_CALLED: Final = re.compile(r"\{([a-d])\}")


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """What one role says: one of these alternatives; `replies`: the one in the same place as in the turn before."""

    role: str
    alternatives: tuple[str, ...]
    replies: bool = False


Scene = tuple[Turn, ...]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Talk:
    """What a channel talks about: its scenes, and the rows of its matter, one of which each scene is about."""

    scenes: tuple[Scene, ...]
    matter: tuple[Row, ...] = ({},)


def talk(script: str, matter: str = "") -> Talk:
    """A talk from its script and its matter: rows parted by empty lines, the first of them with the columns' names."""
    scenes = tuple(_scene(block) for block in re.split(r"\n\s*\n", script.strip()))
    for before, turn in ((one, two) for scene in scenes for one, two in pairwise(scene)):
        if turn.replies and len(turn.alternatives) != len(before.alternatives):
            raise ValueError(f"a reply needs as many alternatives as what it replies to: {turn.alternatives[0]!r}")
    return Talk(scenes, _rows(matter)) if matter else Talk(scenes)


def phrases(text: str) -> Mapping[str, tuple[str, ...]]:
    """Phrases by name, from turns whose role is the name."""
    return {turn.role: turn.alternatives for turn in _scene(text.strip())}


def roles(scene: Scene) -> list[str]:
    """Whoever speaks in a scene or is called by name there."""
    called = (name for turn in scene for words in turn.alternatives for name in _CALLED.findall(words))
    return sorted({*(turn.role for turn in scene), *called})


class Deck(Generic[T]):
    """Deals everything once in random order before anything comes again."""

    def __init__(self, rng: random.Random, cards: Sequence[T]) -> None:
        self._rng = rng
        self._cards = cards
        self._left: list[T] = []
        self._last: T | None = None

    def deal(self) -> T:
        if not self._left:
            self._left = self._rng.sample(self._cards, len(self._cards))
            if self._left[-1] is self._last:
                self._left.reverse()
        self._last = self._left.pop()
        return self._last


class Teller:
    """Tells the scenes of one channel. Of alternatives and phrases, too, none comes twice before all have come."""

    def __init__(self, rng: random.Random, subject: Talk, pool: Mapping[str, Sequence[str]]) -> None:
        self._rng = rng
        self._scenes = Deck(rng, subject.scenes)
        self._rows = Deck(rng, subject.matter)
        self._phrases = {name: Deck(rng, choices) for name, choices in pool.items()}
        self._places: dict[Turn, Deck[int]] = {}

    def scene(self) -> Scene:
        return self._scenes.deal()

    def lines(self, scene: Scene, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """(role, words) of each turn; `given` has the names of the scene's people and days."""
        facts = {**self._rows.deal(), **given}
        place = 0
        for turn in scene:
            if not turn.replies:
                place = self._place(turn)
            words = self._filled(turn.alternatives[place], facts)
            yield turn.role, words[0].upper() + words[1:]

    def _place(self, turn: Turn) -> int:
        if turn not in self._places:
            self._places[turn] = Deck(self._rng, range(len(turn.alternatives)))
        return self._places[turn].deal()

    def _filled(self, words: str, facts: Mapping[str, str]) -> str:
        return _SLOT.sub(lambda slot: self._filled(self._value(slot[1], facts), facts), words)

    def _value(self, name: str, facts: Mapping[str, str]) -> str:
        return facts[name] if name in facts else self._phrases[name].deal()


def _scene(block: str) -> Scene:
    turns: list[Turn] = []
    for line in block.splitlines():
        text = line.strip()
        if text.startswith("|"):
            last = turns[-1]
            turns[-1] = replace(last, alternatives=last.alternatives + _parted(text[1:]))
        else:
            role, _, words = text.partition(": ")
            turns.append(Turn(role.removesuffix("="), _parted(words), role.endswith("=")))
    return tuple(turns)


def _rows(table: str) -> tuple[Row, ...]:
    names, *rows = (_parted(" ".join(block.split())) for block in re.split(r"\n\s*\n", table.strip()))
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def _parted(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))

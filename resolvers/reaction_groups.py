"""The reactions to a message by their emoji."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from datasources.records.changes import Reaction
from datasources.records.ids import UserId

NAMED_MAXIMUM: Final = 10


@dataclass(frozen=True, slots=True)
class ReactionGroup:
    """Everybody who reacted with one emoji, in the order in which they did."""

    emoji: str
    people: tuple[UserId, ...]

    @property
    def count(self) -> int:
        return len(self.people)

    @property
    def user_ids(self) -> tuple[UserId, ...]:
        """The first of them."""
        return self.people[:NAMED_MAXIMUM]


def grouped(reactions: Iterable[Reaction]) -> list[ReactionGroup]:
    """Those that stand, the emoji that was used first in front."""
    groups: defaultdict[str, list[UserId]] = defaultdict(list)
    for reaction in sorted(standing(reactions), key=lambda each: (each.revision, each.key)):
        groups[reaction.emoji].append(reaction.user_id)
    return [ReactionGroup(emoji, tuple(people)) for emoji, people in groups.items()]


def standing(reactions: Iterable[Reaction]) -> list[Reaction]:
    return [reaction for reaction in reactions if reaction.active]

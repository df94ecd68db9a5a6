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
    """Everybody who reacted with one emoji; `user_ids` are the first of them."""

    emoji: str
    count: int
    viewer_has_reacted: bool
    user_ids: tuple[UserId, ...]


def grouped(reactions: Iterable[Reaction], viewer_id: UserId | None) -> list[ReactionGroup]:
    """Those that stand, the emoji that was used first in front."""
    groups: defaultdict[str, list[UserId]] = defaultdict(list)
    for reaction in sorted(standing(reactions), key=lambda each: (each.revision, each.key)):
        groups[reaction.emoji].append(reaction.user_id)
    return [
        ReactionGroup(emoji, len(people), viewer_id in people, tuple(people[:NAMED_MAXIMUM]))
        for emoji, people in groups.items()
    ]


def standing(reactions: Iterable[Reaction]) -> list[Reaction]:
    return [reaction for reaction in reactions if reaction.active]

"""Conversations in a store that keeps them, and in what lists those of a person."""

from dataclasses import dataclass

from datasources.stores import ConversationStore
from tests.contracts.rooms.scenes import Scene


@dataclass(frozen=True, slots=True)
class Conversing:
    """`scene` makes rooms of the kind that `lists` has."""

    scene: Scene
    lists: ConversationStore

"""The stores that are held to the contract, by name: the kind of their rooms, then the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from datasources.stores import ConversationStore, OwingStore, RoomStore


@dataclass(frozen=True, slots=True)
class UnderTest:
    """Those of one server. A name that ends in "owed" is of a store from which what is settled goes."""

    rooms: Mapping[str, RoomStore]
    owing: Mapping[str, OwingStore] = field(default_factory=dict)
    conversations: Mapping[str, ConversationStore] = field(default_factory=dict)

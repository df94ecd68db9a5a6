"""The sets of collections in which rooms are kept.

Each set has one collection for messages, their kept revisions, events, idempotency claims, and each type of record.
"""

from dataclasses import dataclass
from typing import Final

from datasources.records.changes import Grading, Pin, Reaction, ReadState, Record
from datasources.records.conversations import Block, Conversation, Participant

LEASES: Final = "room_leases"

_NAMES: Final[dict[type, str]] = {
    Reaction: "reactions",
    Pin: "pins",
    Grading: "gradings",
    ReadState: "read_states",
    Conversation: "conversations",
    Participant: "participants",
    Block: "blocks",
}


@dataclass(frozen=True, slots=True)
class RoomCollections:
    """`kinds` are the types of record in this set; a set without any keeps a log alone, of what is kept elsewhere.

    An `owing` set marks what another store is still owed. In a `staging` one that is all there is: what the other store
    has taken is removed here. Otherwise both stores keep everything.
    """

    prefix: str
    kinds: tuple[type[Record], ...] = ()
    owing: bool = False
    staging: bool = False

    @property
    def keeps_records(self) -> bool:
        return bool(self.kinds)

    @property
    def has_conversations(self) -> bool:
        return Conversation in self.kinds

    @property
    def messages(self) -> str:
        return f"{self.prefix}_messages"

    @property
    def history(self) -> str:
        return f"{self.prefix}_message_history"

    @property
    def events(self) -> str:
        return f"{self.prefix}_events"

    @property
    def claims(self) -> str:
        return f"{self.prefix}_message_claims"

    @property
    def dead_letters(self) -> str:
        return f"{self.prefix}_dead_letters"

    def of(self, kind: type) -> str:
        """The collection of the records of this type."""
        return f"{self.prefix}_{_NAMES[kind]}"


_OF_CHANNELS: Final = (Reaction, Pin, Grading, ReadState)

CHANNELS: Final = RoomCollections("channel", _OF_CHANNELS)
"""Channels, where there is no Cassandra."""

OWED_CHANNELS: Final = RoomCollections("owed_channel", _OF_CHANNELS, owing=True, staging=True)
"""What Cassandra is owed."""

DIRECT: Final = RoomCollections("direct", (Reaction, ReadState, Conversation, Participant, Block), owing=True)
"""Conversations of two, of which PostgreSQL has a copy."""

VIEWERS: Final = RoomCollections("viewer")
"""The logs of persons."""

SETS: Final = (CHANNELS, OWED_CHANNELS, DIRECT, VIEWERS)

"""The three sets of tables that keep rooms: one shape, one class that reads and writes them, three purposes."""

from dataclasses import dataclass
from typing import Final

from datasources.records.changes import Change, Pin, Reaction, ReadState
from datasources.records.conversations import Block, Conversation, Participant
from datasources.records.messages import Message


@dataclass(frozen=True, slots=True)
class RoomTables:
    """Tables named after `name` (`group_messages`, `group_events`), for the rooms whose ids begin with `room_prefix`.

    `keeps` has the types of record that have a table; where it is empty the log is all there is. In a `staging` set an
    event that is settled goes, since its home is the other store; in others it loses its mark and stays.
    """

    name: str
    room_prefix: str
    keeps: frozenset[type[Change]]
    staging: bool = False

    def table(self, of: str) -> str:
        return f"{self.name}_{of}"


GROUPS: Final = RoomTables("group", "grp", frozenset({Message, Reaction, Pin, ReadState, Conversation, Participant}))
"""Group conversations, which stand nowhere else."""

DIRECT: Final = RoomTables("direct", "dir", frozenset({Message, Reaction, ReadState, Conversation, Participant, Block}))
"""Conversations of two: a copy of what MongoDB has, and ahead of it while MongoDB is away."""

VIEWERS: Final = RoomTables("viewer", "usr", frozenset(), staging=True)
"""What is owed to the logs of persons, which MongoDB keeps."""

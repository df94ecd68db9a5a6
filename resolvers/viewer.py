"""Who is asking."""

from dataclasses import dataclass, field

from datasources.records.ids import SessionId, UserId


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, as proved by the session's token."""

    user_id: UserId
    session_id: SessionId
    token_digest: str = field(default="", repr=False)
    """What the stores know the session under."""

"""People and their sessions. Source: document 002, users and session storage."""

from dataclasses import dataclass
from datetime import datetime

from datasources.records.ids import SessionId, UserId


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    email: str
    name: str
    role: str
    avatar_url: str | None
    created_at: datetime
    updated_at: datetime
    last_login: datetime | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against; never leaves `resolvers/identity.py`."""

    user_id: UserId
    password_hash: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser or client. The token itself is never kept, only its SHA-256 digest in hexadecimal."""

    id: SessionId
    token_digest: str
    user_id: UserId
    email: str
    role: str
    created_at: datetime
    last_activity: datetime

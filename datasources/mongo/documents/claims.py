"""Idempotency claims."""

from datetime import datetime
from typing import Final

from beanie import Document
from pymongo import ASCENDING, IndexModel

CLAIMS_EXPIRE: Final = IndexModel([("expires_at", ASCENDING)], name="claims_expire", expireAfterSeconds=0)


class SendClaimDocument(Document):
    """What an author's idempotency key stands for, until `expires_at`. Its id is "<author>:<key>"."""

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    author_id: str
    key: str
    room_id: str
    snowflake: int
    revision: int
    input_digest: str
    expires_at: datetime


class CreationClaimDocument(Document):
    """What a person's idempotency key stands for in one mutation. Its id is "<person>:<operation>:<key>"."""

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    user_id: str
    operation: str
    key: str
    input_digest: str
    created_id: str
    expires_at: datetime

    class Settings:
        name = "creation_claims"
        indexes = (CLAIMS_EXPIRE,)

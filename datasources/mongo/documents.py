"""The collections: what a document of each holds, and by which indexes it is found.

Ids are the records' global ids as `_id`; the id of a membership is "<workspace>:<user>". Dates are BSON dates, in whole
milliseconds. Indexes carry names, by which `migrate` knows them.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from beanie import Document
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from datasources.records.changes import EventKind
from datasources.records.workspaces import ChannelVisibility, MemberRole

EVENTS_KEPT: Final = timedelta(days=7)
# The log keeps a little more than it promises: an event's date and its Snowflake are not of the same instant.
EVENTS_EXPIRE: Final = EVENTS_KEPT + timedelta(hours=1)
CLAIMS_KEPT: Final = timedelta(hours=24)


class WorkspaceDocument(Document):
    """`owners` decides who may leave: each one in it has a membership with the role of an owner, and it is never empty.

    `owner_changes` counts the removals from it, so that an addition notices one that came between.
    """

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    name: str
    description: str | None
    created_by: str
    created_at: datetime
    archived_at: datetime | None
    owners: list[str] = Field(min_length=1)
    owner_changes: int = 0

    class Settings:
        name = "workspaces"
        indexes: tuple[IndexModel, ...] = ()


class ChannelMembership(BaseModel):
    channel_id: str
    role: MemberRole
    joined_at: datetime


class MembershipDocument(Document):
    """One person in one workspace, with the private channels there that the person belongs to.

    They are in one document so that a removal from the workspace is one from its private channels, in one step.
    `mark` is a fresh value for every change of role; changes are made on the condition that it is still the one read.
    """

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    workspace_id: str
    user_id: str
    role: MemberRole
    joined_at: datetime
    mark: str
    channels: list[ChannelMembership]

    class Settings:
        name = "workspace_members"
        indexes = (
            IndexModel([("workspace_id", ASCENDING), ("user_id", ASCENDING)], name="members_of_workspace", unique=True),
            IndexModel([("user_id", ASCENDING), ("workspace_id", ASCENDING)], name="workspaces_of_user"),
        )


class InvitationDocument(Document):
    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    workspace_id: str
    code_digest: str
    role: MemberRole
    created_by: str
    created_at: datetime
    expires_at: datetime
    uses_left: int
    revoked_at: datetime | None

    class Settings:
        name = "invitations"
        indexes = (IndexModel([("code_digest", ASCENDING)], name="invitation_by_code", unique=True),)


class ChannelDocument(Document):
    """`name_key` is the casefolded name; `archive_key` is empty, or the channel's id once it is archived.

    Together they make a name unique among a workspace's living channels.
    """

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    workspace_id: str
    name: str
    name_key: str
    topic: str | None
    visibility: ChannelVisibility
    created_by: str
    created_at: datetime
    archived_at: datetime | None
    archive_key: str

    class Settings:
        name = "channels"
        indexes = (
            IndexModel(
                [("workspace_id", ASCENDING), ("archive_key", ASCENDING), ("name_key", ASCENDING)],
                name="channel_by_name",
                unique=True,
            ),
            IndexModel(
                [("workspace_id", ASCENDING), ("archive_key", ASCENDING), ("_id", ASCENDING)],
                name="channels_of_workspace",
            ),
        )


class MessageFields(BaseModel):
    channel_id: str
    snowflake: int
    author_id: str
    content: str
    revision: int
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


class MessageDocument(Document, MessageFields):
    id: str  # type: ignore[assignment]  # Beanie allows any type of id

    class Settings:
        name = "channel_messages"
        indexes = (IndexModel([("channel_id", ASCENDING), ("snowflake", ASCENDING)], name="messages_of_channel"),)


class EventDocument(Document):
    """An event of a channel's log, with the whole message as it was after it."""

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    channel_id: str
    snowflake: int
    kind: EventKind
    at: datetime
    message: dict[str, Any]

    class Settings:
        name = "channel_events"
        indexes = (
            IndexModel([("channel_id", ASCENDING), ("snowflake", ASCENDING)], name="events_of_channel"),
            IndexModel(
                [("at", ASCENDING)], name="events_expire", expireAfterSeconds=int(EVENTS_EXPIRE.total_seconds())
            ),
        )


class SendClaimDocument(Document):
    """What an author's idempotency key stands for, until `expires_at`. Its id is "<author>:<key>"."""

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    author_id: str
    key: str
    channel_id: str
    snowflake: int
    revision: int
    input_digest: str
    expires_at: datetime

    class Settings:
        name = "message_claims"
        indexes = (IndexModel([("expires_at", ASCENDING)], name="claims_expire", expireAfterSeconds=0),)


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
        indexes = (IndexModel([("expires_at", ASCENDING)], name="claims_expire", expireAfterSeconds=0),)


DOCUMENTS: Final[tuple[type[Document], ...]] = (
    WorkspaceDocument,
    MembershipDocument,
    InvitationDocument,
    ChannelDocument,
    MessageDocument,
    EventDocument,
    SendClaimDocument,
    CreationClaimDocument,
)

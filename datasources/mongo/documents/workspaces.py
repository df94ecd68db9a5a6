"""Workspaces, who belongs to them, and their channels. The id of a membership is "<workspace>:<user>"."""

from datetime import datetime

from beanie import Document
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from datasources.records.workspaces import ChannelVisibility, MemberRole


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


class Redemption(BaseModel):
    user_id: str
    at: datetime


class InvitationDocument(Document):
    """`redeemed` are the latest redemptions: one person's attempts at the same moment use up one place."""

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    workspace_id: str
    code_digest: str
    role: MemberRole
    created_by: str
    created_at: datetime
    expires_at: datetime
    uses_left: int
    revoked_at: datetime | None
    redeemed: list[Redemption] = Field(default_factory=list)

    class Settings:
        name = "invitations"
        indexes = (IndexModel([("code_digest", ASCENDING)], name="invitation_by_code", unique=True),)


class ChannelDocument(Document):
    """`owners` are those of a private channel: it decides who may leave, and leaving never empties it.

    `name_key` is the casefolded name; `archive_key` is empty, or the channel's id once it is archived.

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
    owners: list[str] = Field(default_factory=list)

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

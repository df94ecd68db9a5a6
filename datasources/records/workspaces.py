"""Workspaces, their members and invitations, and their channels. Source: document 000 (`servers` of 003 are these)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from datasources.records.ids import ChannelId, InvitationId, UserId, WorkspaceId


class MemberRole(StrEnum):
    """Rising rights: a moderator may what a member may, an owner may all."""

    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"


class ChannelVisibility(StrEnum):
    OPEN = "open"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Workspace:
    id: WorkspaceId
    name: str
    description: str | None
    created_by: UserId
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkspaceMember:
    workspace_id: WorkspaceId
    user_id: UserId
    role: MemberRole
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """Lets whoever holds the code join. The code itself is shown once; only its SHA-256 digest is kept."""

    id: InvitationId
    workspace_id: WorkspaceId
    code_digest: str
    role: MemberRole
    created_by: UserId
    created_at: datetime
    expires_at: datetime
    uses_left: int
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Channel:
    id: ChannelId
    workspace_id: WorkspaceId
    name: str
    topic: str | None
    visibility: ChannelVisibility
    created_by: UserId
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChannelMember:
    """A member of a private channel. Members of an open one are those of its workspace."""

    channel_id: ChannelId
    user_id: UserId
    role: MemberRole
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class CreationClaim:
    """What a person's idempotency key stands for in one mutation: the id of what it creates, and the input's digest."""

    user_id: UserId
    operation: str
    key: str
    input_digest: str
    created_id: str

"""What each store promises, in create-read-update-delete order.

Every method may raise `Unavailable`. A read by keys answers in the order of its keys. One call is one wave: all its
statements are under way at the same time, bounded, whatever the number of keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from datasources.records.ids import ChannelId, InvitationId, MessageId, SessionId, UserId, WorkspaceId
from datasources.records.messages import ChannelEvent, Message, SendClaim
from datasources.records.pages import Page, PageArguments
from datasources.records.users import Credentials, Session, User
from datasources.records.workspaces import (
    Channel,
    ChannelMember,
    ChannelVisibility,
    CreationClaim,
    Invitation,
    MemberRole,
    Workspace,
    WorkspaceMember,
)


class Store(Protocol):
    """A connection to one server, opened and closed by the application."""

    name: str

    async def open(self) -> None:
        """Connects in the background of the application; a server that is away is no error here."""

    async def close(self) -> None:
        """Ends what `open` started."""

    async def ping(self) -> None:
        """Returns when the server answers; raises `Unavailable` otherwise, within two seconds."""


class UserStore(Protocol):
    async def create(self, user: User, password_hash: str) -> None:
        """Adds a person; `Conflict(field="email")` where the address is taken, whatever its case."""

    async def by_ids(self, ids: Sequence[UserId]) -> list[User | None]:
        """The people under these ids, in one statement."""

    async def credentials(self, email: str) -> Credentials | None:
        """What a sign-in with this address is checked against."""

    async def record_login(self, user_id: UserId, at: datetime) -> None:
        """Notes when this person last signed in."""

    async def set_password_hash(self, user_id: UserId, password_hash: str) -> None:
        """Replaces the hash, as when its parameters have been raised."""


class SessionStore(Protocol):
    async def create(self, session: Session, *, user_agent: str | None) -> None:
        """Keeps a new session."""

    async def by_digest(self, token_digest: str) -> Session | None:
        """The live session of this token, its hour begun anew; None where it ended, expired or never was."""

    async def revoke(self, session_id: SessionId) -> None:
        """Ends a session for good."""

    async def revoke_all(self, user_id: UserId) -> list[SessionId]:
        """Ends all sessions of a person; gives those that were live."""


class WorkspaceStore(Protocol):
    async def create(self, workspace: Workspace, owner: WorkspaceMember) -> Workspace:
        """Adds a workspace with its first owner; where one of this id is there already, completes and gives that."""

    async def by_ids(self, ids: Sequence[WorkspaceId]) -> list[Workspace | None]:
        """The workspaces under these ids, archived ones too."""

    async def pages_of_user(
        self, requests: Sequence[tuple[UserId, PageArguments]], *, shared_with: UserId
    ) -> list[Page[Workspace]]:
        """The workspaces that each person shares with this one (for themselves: all), oldest first."""

    async def rename(self, workspace_id: WorkspaceId, name: str, description: str | None) -> Workspace:
        """Changes name and description; `NotFound` where there is none."""

    async def archive(self, workspace_id: WorkspaceId, at: datetime | None) -> Workspace:
        """Archives a workspace, or brings it back with None."""


class MembershipStore(Protocol):
    """Who belongs to which workspace and private channel, and with which role."""

    async def add(self, member: WorkspaceMember) -> bool:
        """Adds a member; False where there is one already, whose role then stays."""

    async def roles(self, keys: Sequence[tuple[WorkspaceId, UserId]]) -> list[WorkspaceMember | None]:
        """The memberships under these pairs."""

    async def pages(self, requests: Sequence[tuple[WorkspaceId, PageArguments]]) -> list[Page[WorkspaceMember]]:
        """The members of each workspace, in the order of their ids."""

    async def shared_workspaces(self, one: UserId, others: Sequence[UserId]) -> list[bool]:
        """For each of the others, whether the one shares a workspace with them."""

    async def set_role(self, workspace_id: WorkspaceId, user_id: UserId, role: MemberRole) -> WorkspaceMember:
        """Changes a role; `Conflict` where the last owner would go, `NotFound` where there is no such member."""

    async def remove(self, workspace_id: WorkspaceId, user_id: UserId) -> None:
        """Removes a member from the workspace and its private channels; `Conflict` for the last owner."""

    async def add_to_channel(self, member: ChannelMember) -> bool:
        """Adds a member to a private channel; False where there is one already."""

    async def channel_roles(self, keys: Sequence[tuple[ChannelId, UserId]]) -> list[ChannelMember | None]:
        """The memberships of private channels under these pairs."""

    async def remove_from_channel(self, channel_id: ChannelId, user_id: UserId) -> None:
        """Removes a member from a private channel; nothing happens where there is none."""


class InvitationStore(Protocol):
    async def create(self, invitation: Invitation) -> None:
        """Keeps a new invitation."""

    async def by_id(self, invitation_id: InvitationId) -> Invitation | None:
        """The invitation under this id."""

    async def by_digest(self, code_digest: str, at: datetime) -> Invitation | None:
        """The invitation of this code while it is valid: not used up, expired or revoked."""

    async def redeem(self, code_digest: str, at: datetime) -> Invitation | None:
        """Uses up one of the places of a valid invitation; None where it is unknown, used up, expired or revoked."""

    async def revoke(self, invitation_id: InvitationId, at: datetime) -> Invitation:
        """Ends an invitation; `NotFound` where there is none."""


class ChannelStore(Protocol):
    async def create(self, channel: Channel, first_member: ChannelMember | None) -> None:
        """Adds a channel, with its first member where it is private; `Conflict(field="name")` for a taken name."""

    async def by_ids(self, ids: Sequence[ChannelId]) -> list[Channel | None]:
        """The channels under these ids, archived ones too."""

    async def pages(self, requests: Sequence[tuple[WorkspaceId, UserId, bool, PageArguments]]) -> list[Page[Channel]]:
        """The channels of each workspace that this person may read (True: all of them), oldest first, none archived."""

    async def update(
        self, channel_id: ChannelId, *, name: str | None, topic: str | None, visibility: ChannelVisibility | None
    ) -> Channel:
        """Changes what is not None (an empty topic removes it); `Conflict(field="name")`, `NotFound`."""

    async def archive(self, channel_id: ChannelId, at: datetime | None) -> Channel:
        """Archives a channel and frees its name, or brings it back with None."""


class CreationClaimStore(Protocol):
    async def claim(self, claim: CreationClaim) -> CreationClaim:
        """Claims (person, operation, key) for 24 hours; gives the claim that stands: this or the first one."""


class MessageStore(Protocol):
    """Channel messages with their event log. The same contract holds on Cassandra and on MongoDB."""

    async def claim(self, claim: SendClaim) -> SendClaim:
        """Claims (author, key) for 24 hours; gives the claim that stands: this one, or the first one made."""

    async def write(self, event: ChannelEvent) -> None:
        """Makes the event and its message durable, or raises. Idempotent, and a newer revision or a deletion stays."""

    async def apply(self, messages: Sequence[Message]) -> None:
        """Writes these messages where the store is behind, without events: repairs after a crash, and imports."""

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        """The messages under these ids, deleted ones too."""

    async def pages(self, requests: Sequence[tuple[ChannelId, PageArguments]]) -> list[Page[Message] | Exception]:
        """A page of each channel's messages, oldest to newest, deleted ones left out; the failure for what failed."""

    async def events(self, channel_id: ChannelId, after: int, limit: int) -> list[ChannelEvent]:
        """The events of a channel's log with a Snowflake greater than `after`, in order, at most `limit`."""

    async def log_start(self, channel_id: ChannelId) -> int:
        """The Snowflake before which the log no longer holds everything (7 days)."""


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores by subject, chosen once in `graph/app.py`."""

    users: UserStore
    sessions: SessionStore
    workspaces: WorkspaceStore
    memberships: MembershipStore
    invitations: InvitationStore
    channels: ChannelStore
    creation_claims: CreationClaimStore
    messages: MessageStore


class RateLimitStore(Protocol):
    async def hit(self, subject: str, endpoint: str, limit: int) -> tuple[bool, int]:
        """Counts an attempt; whether it is within `limit` a minute, and otherwise the seconds until the next."""

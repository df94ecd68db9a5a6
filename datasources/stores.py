"""What each store promises, in create-read-update-delete order.

Every method may raise `Unavailable`. A read by keys answers in the order of its keys. One call is one wave: all its
statements are under way at the same time, bounded, whatever the number of keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from datasources.errors import Unavailable
from datasources.records.changes import C, Change, R, RoomEvent
from datasources.records.conversations import Conversation
from datasources.records.debts import Debts
from datasources.records.ids import ChannelId, InvitationId, MessageId, RoomId, SessionId, UserId, WorkspaceId
from datasources.records.messages import Message, SendClaim
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

    async def live(self, sessions: Sequence[tuple[SessionId, str]]) -> list[bool | Unavailable]:
        """Whether each of these (id, token digest) is live, its hour begun anew; the outage where nobody could tell."""

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
        """Removes a member from a private channel, if there; `Conflict` for the last owner."""


class InvitationStore(Protocol):
    async def create(self, invitation: Invitation) -> None:
        """Keeps a new invitation."""

    async def by_id(self, invitation_id: InvitationId) -> Invitation | None:
        """The invitation under this id."""

    async def by_digest(self, code_digest: str, at: datetime) -> Invitation | None:
        """The invitation of this code while it is valid: not used up, expired or revoked."""

    async def redeem(self, code_digest: str, user_id: UserId, at: datetime) -> Invitation | None:
        """Uses up a place of a valid invitation, once for a person's attempts of a moment; None where it is not."""

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


class RoomStore(Protocol):
    """What rooms have: messages, small records beside them, and an event log. One contract on every store of rooms."""

    async def claim(self, claim: SendClaim) -> SendClaim:
        """Claims (author, key) for 24 hours; gives the claim that stands: this one, or the first one made."""

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        """The claim that stands for this one's author and key, without making one."""

    async def write(self, event: RoomEvent) -> RoomEvent:
        """Makes event and record durable, or raises. Idempotent, and a newer revision or a deletion stays.

        Gives the event as it was logged: a layer that had to try again elsewhere gave it a fresh Snowflake.
        """

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        """As `write` of each, at the same time; in the logs of persons, one statement for all of them."""

    async def apply(self, changes: Sequence[Change]) -> None:
        """Writes these records where the store is behind, without events: repairs after a crash, and imports."""

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        """The messages under these ids, deleted ones too."""

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        """A page of each room's messages, oldest to newest, deleted ones left out; the failure for what failed."""

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        """What each message said before its newest edits, oldest first: at most 500; nothing of a deleted one."""

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        """The records of this type (one of `MESSAGE_RECORDS`) about each message, those that have ended too."""

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        """The records of this type (one of `ROOM_RECORDS`) of each room, at most `limit`, those that have ended too."""

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        """What stands under the identity of each of these records."""

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        """The events of a room's log with a Snowflake greater than `after`, in order, at most `limit`."""

    async def log_start(self, room_id: RoomId) -> int:
        """The Snowflake before which the log no longer holds everything (7 days)."""


class OwingStore(RoomStore, Protocol):
    """Rooms in a store that also keeps what another one is owed: an event is its own hint, marked until it is settled.

    Readers see what is owed as everything else here, records and events.
    """

    async def write_owing(self, event: RoomEvent) -> None:
        """As `write`, with the mark in the same document or row as the event."""

    async def owed(self, limit: int) -> list[RoomEvent]:
        """The oldest events that are owed, in order, without those that a newer version wrote.

        Raises `Undecodable` where all of them are such: then something is owed, and nobody here can say what.
        """

    async def still_owed(self, event: RoomEvent) -> bool:
        """Whether this event has not been settled yet."""

    async def settle(self, events: Sequence[RoomEvent]) -> None:
        """Clears the marks of these events, which the other store has by now."""

    async def bury(self, event: RoomEvent, reason: str) -> None:
        """Puts an event that the other store will never take on the list of dead letters."""

    async def debts(self) -> Debts:
        """How much is owed, since when, and how much will never be taken."""

    async def lease(self, holder: str, seconds: float) -> bool:
        """Whether this holder is the one to settle for so long; asked again before, it goes on."""


class ConversationStore(Protocol):
    async def of_users(self, requests: Sequence[tuple[UserId, PageArguments]]) -> list[Page[Conversation]]:
        """The conversations that each person takes part in, those with the latest message first.

        Cursors and positions are Snowflakes as decimal text: that of the latest message, or of the beginning.
        """


class PresenceStore(Protocol):
    """Who is here now, by any process. Ephemeral: an outage forgets it."""

    async def here(self, user_id: UserId) -> bool:
        """Notes that this person is here for another minute; whether they were not before."""

    async def gone(self, user_id: UserId) -> None:
        """Notes that this person is not here by this process any more."""

    async def types(self, room_id: RoomId, user_id: UserId) -> bool:
        """Notes that this person writes something there; whether nobody noted it within three seconds."""

    async def by_users(self, ids: Sequence[UserId]) -> list[bool]:
        """Whether each of these people is here."""


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
    rooms: RoomStore
    conversations: ConversationStore
    presence: PresenceStore


class RateLimitStore(Protocol):
    async def hit(self, subject: str, endpoint: str, limit: int) -> tuple[bool, int]:
        """Counts an attempt; whether it is within `limit` a minute, and otherwise the seconds until the next."""

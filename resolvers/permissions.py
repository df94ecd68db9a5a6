"""Who may do what: pure predicates over what has been loaded, and nothing else.

A member reads and writes open channels of the workspace and the private ones that they are a member of. A moderator
may also rename, archive and invite, and delete anybody's message where they may read. An owner may all of that, and
decides on roles. A workspace's role does not open a private channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from datasources.records.conversations import ConversationKind, ConversationView, Participant, ParticipantRole
from datasources.records.ids import RoomId, UserId
from datasources.records.messages import Message
from datasources.records.workspaces import Channel, ChannelMember, ChannelVisibility, MemberRole, WorkspaceMember

_RANK: Final = {MemberRole.MEMBER: 0, MemberRole.MODERATOR: 1, MemberRole.OWNER: 2}


@dataclass(frozen=True, slots=True)
class ChannelAccess:
    """A channel with what the viewer is in its workspace and, where it is private, in itself."""

    channel: Channel
    member: WorkspaceMember | None
    channel_member: ChannelMember | None


@dataclass(frozen=True, slots=True)
class ConversationAccess:
    """A conversation with what the viewer is in it; None where they take no part."""

    view: ConversationView
    participant: Participant | None


RoomAccess = ChannelAccess | ConversationAccess


def room_of(access: RoomAccess) -> RoomId:
    return access.channel.id if isinstance(access, ChannelAccess) else access.view.conversation.id


def _at_least(role: MemberRole, wanted: MemberRole) -> bool:
    return _RANK[role] >= _RANK[wanted]


def may_read_channel(access: ChannelAccess) -> bool:
    if access.member is None:
        return False
    return access.channel.visibility is ChannelVisibility.OPEN or access.channel_member is not None


def may_read_room(access: RoomAccess) -> bool:
    return may_read_channel(access) if isinstance(access, ChannelAccess) else access.participant is not None


def may_write_room(access: RoomAccess) -> bool:
    """Send, edit and react. Between two, nobody writes to somebody who blocked them or whom they blocked."""
    if isinstance(access, ChannelAccess):
        return may_read_channel(access)
    return access.participant is not None and not access.view.blocked_by


def may_moderate_room(access: RoomAccess) -> bool:
    """Delete anybody's message, pin, and see what was said before an edit."""
    if isinstance(access, ChannelAccess):
        return may_moderate_channel(access)
    if access.participant is None or access.view.conversation.kind is ConversationKind.DIRECT:
        return False
    return access.participant.role is ParticipantRole.OWNER


def may_own_conversation(access: ConversationAccess) -> bool:
    """Name a group, and decide who takes part. A group that has lost its owner is the longest-standing member's."""
    if access.participant is None or access.view.conversation.kind is ConversationKind.DIRECT:
        return False
    if any(each.role is ParticipantRole.OWNER for each in access.view.participants):
        return access.participant.role is ParticipantRole.OWNER
    return longest_standing(access.view.participants) == access.participant


def longest_standing(participants: Sequence[Participant]) -> Participant:
    """Of some people in a conversation, the one who joined first."""
    return min(participants, key=lambda each: (each.joined_at, each.user_id))


def may_moderate_channel(access: ChannelAccess) -> bool:
    """Rename, archive, manage members, delete anybody's message."""
    if access.member is None or not may_read_channel(access):
        return False
    if _at_least(access.member.role, MemberRole.MODERATOR):
        return True
    return access.channel_member is not None and _at_least(access.channel_member.role, MemberRole.MODERATOR)


def may_edit_message(message: Message, user_id: UserId) -> bool:
    return message.author_id == user_id


def may_delete_message(message: Message, user_id: UserId, access: RoomAccess) -> bool:
    return message.author_id == user_id or may_moderate_room(access)


def may_grade_message(access: ChannelAccess) -> bool:
    """Say where the grading of homework stands: who moderates the channel it was handed in to."""
    return may_moderate_channel(access)


def may_create_channel(member: WorkspaceMember) -> bool:
    return _at_least(member.role, MemberRole.MEMBER)


def may_moderate_workspace(member: WorkspaceMember) -> bool:
    """Rename and invite."""
    return _at_least(member.role, MemberRole.MODERATOR)


def may_own_workspace(member: WorkspaceMember) -> bool:
    """Archive, and decide on roles."""
    return _at_least(member.role, MemberRole.OWNER)


def may_invite_as(member: WorkspaceMember, role: MemberRole) -> bool:
    """An invitation gives nobody more than its maker has."""
    return may_moderate_workspace(member) and _at_least(member.role, role)


def may_remove_member(member: WorkspaceMember, other: WorkspaceMember) -> bool:
    """Oneself always; others by an owner, or by a moderator where they are plain members."""
    if member.user_id == other.user_id or may_own_workspace(member):
        return True
    return may_moderate_workspace(member) and other.role is MemberRole.MEMBER

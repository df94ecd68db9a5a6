"""Look-ups that a change begins with: the thing, if the caller may see it, or the refusal to answer with."""

from datasources.records.ids import MESSAGE_PREFIXES, ChannelId, MessageId, WorkspaceId, prefix_of, room
from datasources.records.messages import Message
from datasources.records.workspaces import Workspace, WorkspaceMember
from resolvers.caller import Caller
from resolvers.errors import BadInput, ProblemCode, refusal
from resolvers.loaders import (
    channel_access_by_id,
    readable_messages_by_id,
    room_access_by_id,
    viewer_membership_by_workspace,
    workspaces_by_id,
)
from resolvers.permissions import ChannelAccess, RoomAccess, may_read_channel, may_read_room, may_write_room

_ROOMS = frozenset({"chn", "dir", "grp"})


def well_formed(prefix: str, text: str) -> str:
    """The id, if it is one of that kind; raises `BadInput` otherwise."""
    if prefix_of(text) != prefix:
        raise BadInput(f"`{text[:80]}` is not an id of that kind.")
    return text


async def workspace_of(caller: Caller, text: str, *path: str) -> tuple[Workspace, WorkspaceMember]:
    """The workspace and the caller's membership in it; `Refused` where they have none."""
    caller.signed_in()
    workspace_id = WorkspaceId(well_formed("wsp", text))
    workspace = await caller.loaders.load(workspaces_by_id, workspace_id)
    member = await caller.loaders.load(viewer_membership_by_workspace, workspace_id)
    if workspace is None or member is None:
        raise refusal(ProblemCode.NOT_FOUND, "There is no such workspace.", *path)
    return workspace, member


async def open_workspace_of(caller: Caller, text: str, *path: str) -> tuple[Workspace, WorkspaceMember]:
    """As `workspace_of`; `Refused` as well where it is archived."""
    workspace, member = await workspace_of(caller, text, *path)
    if workspace.archived_at is not None:
        raise refusal(ProblemCode.CLOSED, "This workspace is archived.", *path)
    return workspace, member


async def channel_of(caller: Caller, text: str, *path: str) -> ChannelAccess:
    """The channel, if the caller may read it; `Refused` otherwise."""
    caller.signed_in()
    access = await caller.loaders.load(channel_access_by_id, ChannelId(well_formed("chn", text)))
    if access is None or not may_read_channel(access):
        raise refusal(ProblemCode.NOT_FOUND, "There is no such channel.", *path)
    return access


async def open_channel_of(caller: Caller, text: str, *path: str) -> ChannelAccess:
    """As `channel_of`; `Refused` as well where the channel or its workspace is archived."""
    access = await channel_of(caller, text, *path)
    workspace = await caller.loaders.load(workspaces_by_id, access.channel.workspace_id)
    if access.channel.archived_at is not None or workspace is None or workspace.archived_at is not None:
        raise refusal(ProblemCode.CLOSED, "This channel is archived.", *path)
    return access


async def room_of(caller: Caller, text: str, *path: str) -> RoomAccess:
    """The channel or conversation, if the caller may read it; `Refused` otherwise."""
    caller.signed_in()
    if prefix_of(text) not in _ROOMS:
        raise BadInput(f"`{text[:80]}` is not an id of a channel or a conversation.")
    access = await caller.loaders.load(room_access_by_id, room(text))
    if access is None or not may_read_room(access):
        raise refusal(ProblemCode.NOT_FOUND, "There is no such channel or conversation.", *path)
    return access


async def open_room_of(caller: Caller, text: str, *path: str) -> RoomAccess:
    """As `room_of`; `Refused` as well where it is archived, or blocked by one of two."""
    access = await room_of(caller, text, *path)
    if isinstance(access, ChannelAccess):
        return await open_channel_of(caller, text, *path)
    if not may_write_room(access):
        raise refusal(ProblemCode.CLOSED, "One of you has blocked the other.", *path)
    return access


async def message_of(caller: Caller, text: str, *path: str) -> tuple[Message, RoomAccess]:
    """The message and its room, which is open to changes; `Refused` otherwise."""
    caller.signed_in()
    if prefix_of(text) not in MESSAGE_PREFIXES:
        raise BadInput(f"`{text[:80]}` is not the id of a message.")
    message = await caller.loaders.load(readable_messages_by_id, MessageId(text))
    if message is None:
        raise refusal(ProblemCode.NOT_FOUND, "There is no such message.", *path)
    return message, await open_room_of(caller, message.room_id, *path)

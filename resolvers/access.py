"""Look-ups that a change begins with: the thing, if the caller may see it, or the refusal to answer with."""

from datasources.records.ids import ChannelId, MessageId, WorkspaceId, prefix_of
from datasources.records.messages import Message
from datasources.records.workspaces import Workspace, WorkspaceMember
from resolvers.caller import Caller
from resolvers.errors import BadInput, ProblemCode, refusal
from resolvers.loaders import (
    channel_access_by_id,
    readable_messages_by_id,
    viewer_membership_by_workspace,
    workspaces_by_id,
)
from resolvers.permissions import ChannelAccess, may_read_channel


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


async def message_of(caller: Caller, text: str, *path: str) -> tuple[Message, ChannelAccess]:
    """The message and its channel, which is not archived; `Refused` otherwise."""
    caller.signed_in()
    message = await caller.loaders.load(readable_messages_by_id, MessageId(well_formed("msg", text)))
    if message is None:
        raise refusal(ProblemCode.NOT_FOUND, "There is no such message.", *path)
    return message, await open_channel_of(caller, ChannelId(message.room_id), *path)

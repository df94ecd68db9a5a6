"""Workspaces, what the viewer is in them, and what hangs from them."""

import asyncio
from collections.abc import Sequence

from datasources.records.ids import UserId, WorkspaceId
from datasources.records.pages import Page, PageArguments
from datasources.records.workspaces import Channel, Workspace, WorkspaceMember
from resolvers.loaders.loading import Loader, Loaders


async def _load_viewer_memberships(loaders: Loaders, ids: list[WorkspaceId]) -> Sequence[WorkspaceMember | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    return await loaders.stores.memberships.roles([(workspace_id, viewer_id) for workspace_id in ids])


async def _load_workspaces(loaders: Loaders, ids: list[WorkspaceId]) -> Sequence[Workspace | None]:
    workspaces, members = await asyncio.gather(
        loaders.stores.workspaces.by_ids(ids), loaders.load_many(viewer_membership_by_workspace, ids)
    )
    return [workspace if member is not None else None for workspace, member in zip(workspaces, members, strict=True)]


async def _load_channel_pages(
    loaders: Loaders, keys: list[tuple[WorkspaceId, PageArguments]]
) -> Sequence[Page[Channel] | None]:
    members = await loaders.load_many(viewer_membership_by_workspace, [workspace_id for workspace_id, _ in keys])
    seen = [(key, member.user_id) for key, member in zip(keys, members, strict=True) if member is not None]
    requests = [(workspace_id, user_id, False, arguments) for (workspace_id, arguments), user_id in seen]
    found = await loaders.stores.channels.pages(requests)
    pages = {key: page for (key, _), page in zip(seen, found, strict=True)}
    return [pages.get(key) for key in keys]


async def _load_member_pages(
    loaders: Loaders, keys: list[tuple[WorkspaceId, PageArguments]]
) -> Sequence[Page[WorkspaceMember] | None]:
    members = await loaders.load_many(viewer_membership_by_workspace, [workspace_id for workspace_id, _ in keys])
    seen = [key for key, member in zip(keys, members, strict=True) if member is not None]
    pages = dict(zip(seen, await loaders.stores.memberships.pages(seen), strict=True))
    return [pages.get(key) for key in keys]


async def _load_workspace_pages(
    loaders: Loaders, keys: list[tuple[UserId, PageArguments]]
) -> Sequence[Page[Workspace] | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(keys)
    return await loaders.stores.workspaces.pages_of_user(keys, shared_with=viewer_id)


viewer_membership_by_workspace: Loader[WorkspaceId, WorkspaceMember | None] = Loader(
    "viewer_membership_by_workspace", _load_viewer_memberships
)
workspaces_by_id: Loader[WorkspaceId, Workspace | None] = Loader("workspaces_by_id", _load_workspaces)
channels_by_workspace: Loader[tuple[WorkspaceId, PageArguments], Page[Channel] | None] = Loader(
    "channels_by_workspace", _load_channel_pages
)
members_by_workspace: Loader[tuple[WorkspaceId, PageArguments], Page[WorkspaceMember] | None] = Loader(
    "members_by_workspace", _load_member_pages
)
workspaces_by_user: Loader[tuple[UserId, PageArguments], Page[Workspace] | None] = Loader(
    "workspaces_by_user", _load_workspace_pages
)

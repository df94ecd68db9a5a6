"""Workspaces, with their members and invitations."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from datasources.records import pages, workspaces
from datasources.records.workspaces import MemberRole
from graph.fields import attribute, connected, enum_type, joined, node_type, object_type
from graph.types.nodes import Node, PageInfo
from graph.types.users import User
from resolvers.loaders import channels_by_workspace, members_by_workspace, users_by_id, workspaces_by_id
from resolvers.paging import id_position

if TYPE_CHECKING:
    from graph.types.channels import ChannelConnection

enum_type(
    MemberRole,
    description="What a member may do; each role may what the one before it may.",
    values={
        MemberRole.MEMBER: "Reads and writes.",
        MemberRole.MODERATOR: "Also renames, invites, archives channels and deletes anybody's messages.",
        MemberRole.OWNER: "Also archives the workspace and decides on roles.",
    },
)


@object_type(workspaces.WorkspaceMember, description="A person's membership in a workspace.")
class WorkspaceMember:
    role: MemberRole = attribute("What the member may do.")
    joined_at: datetime = attribute("When the person joined.")
    user: User | None = joined(users_by_id, key="user_id", description="The person.")


@object_type(pages.Edge, description="A member and the cursor to go on from.")
class WorkspaceMemberEdge:
    cursor: str = attribute("The place of this edge in the list.")
    node: WorkspaceMember = attribute("The member.")


@object_type(pages.Page, description="A page of a workspace's members.")
class WorkspaceMemberConnection:
    edges: list[WorkspaceMemberEdge] = attribute("The members of this page with their cursors.")
    page_info: PageInfo = attribute("Where this page stands in the list.")


@node_type(workspaces.Workspace, description="A place for people who learn together, with channels of its own.")
class Workspace(Node):
    name: str = attribute("What the workspace is called.")
    description: str | None = attribute("What the workspace is for.")
    created_at: datetime = attribute("When the workspace was created.")
    archived_at: datetime | None = attribute("When the workspace was closed to changes; null while it is in use.")
    channels: Annotated["ChannelConnection", strawberry.lazy("graph.types.channels")] | None = connected(
        channels_by_workspace,
        key="id",
        position=id_position("chn"),
        description="The channels that the viewer may read, oldest first, archived ones left out.",
    )
    members: WorkspaceMemberConnection | None = connected(
        members_by_workspace,
        key="id",
        position=id_position("usr"),
        description="The members, in the order of their ids.",
    )


@object_type(pages.Edge, description="A workspace and the cursor to go on from.")
class WorkspaceEdge:
    cursor: str = attribute("The place of this edge in the list.")
    node: Workspace = attribute("The workspace.")


@object_type(pages.Page, description="A page of workspaces.")
class WorkspaceConnection:
    edges: list[WorkspaceEdge] = attribute("The workspaces of this page with their cursors.")
    page_info: PageInfo = attribute("Where this page stands in the list.")


@object_type(workspaces.Invitation, description="Lets whoever holds its code join a workspace.")
class Invitation:
    id: strawberry.ID = attribute("Globally unique; what it is revoked by.")
    role: MemberRole = attribute("What those who join with it may do.")
    expires_at: datetime = attribute("When the code stops working.")
    uses_left: int = attribute("How many more people may join with it.")
    revoked_at: datetime | None = attribute("When it was revoked; null while it stands.")
    workspace: Workspace | None = joined(workspaces_by_id, key="workspace_id", description="The workspace to join.")

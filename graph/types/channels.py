"""Channels of a workspace."""

from datetime import datetime

from datasources.records import pages, workspaces
from datasources.records.workspaces import ChannelVisibility
from graph.fields import attribute, enum_type, joined, node_type, object_type
from graph.types.nodes import PageInfo
from graph.types.rooms import Room
from graph.types.workspaces import Workspace
from resolvers.loaders import workspaces_by_id

enum_type(
    ChannelVisibility,
    description="Who may read and write a channel.",
    values={
        ChannelVisibility.OPEN: "All members of the workspace.",
        ChannelVisibility.PRIVATE: "Only the channel's own members.",
    },
)


@node_type(workspaces.Channel, description="A stream of messages in a workspace.")
class Channel(Room):
    name: str = attribute("What the channel is called; unique in its workspace among those in use.")
    topic: str | None = attribute("What the channel is about.")
    visibility: ChannelVisibility = attribute("Who may read and write it.")
    created_at: datetime = attribute("When the channel was created.")
    archived_at: datetime | None = attribute("When the channel was closed to changes; null while it is in use.")
    workspace: Workspace | None = joined(
        workspaces_by_id, key="workspace_id", description="The workspace that the channel belongs to."
    )


@object_type(pages.Edge, description="A channel and the cursor to go on from.")
class ChannelEdge:
    cursor: str = attribute("The place of this edge in the list.")
    node: Channel = attribute("The channel.")


@object_type(pages.Page, description="A page of channels.")
class ChannelConnection:
    edges: list[ChannelEdge] = attribute("The channels of this page with their cursors.")
    page_info: PageInfo = attribute("Where this page stands in the list.")

"""Where reading begins."""

import asyncio
from typing import Annotated, Any, Final

import strawberry

from datasources.records import conversations, users, workspaces
from datasources.records.ids import ChannelId, ConversationId, WorkspaceId, prefix_of
from datasources.records.pages import MAXIMUM_PAGE_SIZE
from graph.context import Context
from graph.fields import method
from graph.types.channels import Channel
from graph.types.conversations import Conversation
from graph.types.nodes import Node
from graph.types.users import User
from graph.types.workspaces import Workspace
from resolvers.access import well_formed
from resolvers.errors import BadInput
from resolvers.loaders import (
    Loader,
    channels_by_id,
    conversations_by_id,
    readable_messages_by_id,
    users_by_id,
    visible_users_by_id,
    workspaces_by_id,
)

NODES: Final[dict[str, Loader[Any, Any]]] = {
    "usr": visible_users_by_id,
    "wsp": workspaces_by_id,
    "chn": channels_by_id,
    "msg": readable_messages_by_id,
    "dms": readable_messages_by_id,
    "gms": readable_messages_by_id,
    "dir": conversations_by_id,
    "grp": conversations_by_id,
}
"""By the prefix of its id: how a node is found, if the viewer may see it."""

Id = Annotated[strawberry.ID, strawberry.argument(description="A globally unique id.")]
Ids = Annotated[list[strawberry.ID], strawberry.argument(description="Globally unique ids, at most 100.")]


async def _node(context: Context, node_id: str) -> object | None:
    context.caller.signed_in()
    loader = NODES.get(prefix_of(node_id))
    if loader is None:
        raise BadInput(f"`{node_id[:80]}` is not an id.")
    found: object | None = await context.loaders.load(loader, node_id)
    return found


def _seen(context: Context, prefix: str, node_id: str) -> str:
    context.caller.signed_in()
    return well_formed(prefix, node_id)


@strawberry.type(description="Where reading begins.")
class Query:
    @method(User | None, description="The person who is signed in; null for nobody.")
    async def viewer(self, context: Context) -> users.User | None:
        viewer = context.viewer
        return None if viewer is None else await context.loaders.load(users_by_id, viewer.user_id)

    @method(Node | None, description="Whatever has this id; null where there is none or the viewer may not see it.")
    async def node(self, context: Context, id: Id) -> object | None:
        return await _node(context, id)

    @method(list[Node | None], description="As `node`, for each of these ids in their order.")
    async def nodes(self, context: Context, ids: Ids) -> list[object | None]:
        if len(ids) > MAXIMUM_PAGE_SIZE:
            raise BadInput(f"`ids` must have at most {MAXIMUM_PAGE_SIZE} entries.")
        # An entry that fails is null, with an error of its own; the others stand.
        return list(await asyncio.gather(*(_node(context, node_id) for node_id in ids), return_exceptions=True))

    @method(Workspace | None, description="The workspace of this id, if the viewer is a member.")
    async def workspace(self, context: Context, id: Id) -> workspaces.Workspace | None:
        return await context.loaders.load(workspaces_by_id, WorkspaceId(_seen(context, "wsp", id)))

    @method(Channel | None, description="The channel of this id, if the viewer may read it.")
    async def channel(self, context: Context, id: Id) -> workspaces.Channel | None:
        return await context.loaders.load(channels_by_id, ChannelId(_seen(context, "chn", id)))

    @method(Conversation | None, description="The conversation of this id, if the viewer takes part in it.")
    async def conversation(self, context: Context, id: Id) -> conversations.Conversation | None:
        prefix = "grp" if id.startswith("grp_") else "dir"
        return await context.loaders.load(conversations_by_id, ConversationId(_seen(context, prefix, id)))

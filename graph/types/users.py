"""People."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from datasources.records import users
from datasources.records.ids import EventCursor, event_cursor
from datasources.snowflakes import first_of, unix_ms
from graph.context import Context
from graph.fields import attribute, connected, joined, method, node_type
from graph.types.nodes import Node
from graph.types.scalars import URL
from resolvers.loaders import conversations_by_user, workspaces_by_user
from resolvers.loaders.presence import online_by_user
from resolvers.paging import id_position, snowflake_position

if TYPE_CHECKING:
    from graph.types.conversations import ConversationConnection
    from graph.types.workspaces import WorkspaceConnection


@node_type(users.User, description="A person with an account.")
class User(Node):
    name: str = attribute("The name that others see.")
    avatar_url: URL | None = attribute("A picture of the person.")
    created_at: datetime = attribute("When the account was made.")
    workspaces: Annotated["WorkspaceConnection", strawberry.lazy("graph.types.workspaces")] | None = connected(
        workspaces_by_user,
        key="id",
        position=id_position("wsp"),
        description="The workspaces that this person shares with the viewer, oldest first; the viewer's own: all.",
    )

    conversations: Annotated["ConversationConnection", strawberry.lazy("graph.types.conversations")] | None = connected(
        conversations_by_user,
        key="id",
        position=snowflake_position,
        description="The viewer's own conversations, newest message first; null of anybody else.",
    )

    is_online: bool | None = joined(
        online_by_user,
        key="id",
        description="Whether they listen to what concerns them now, on any device; null while that is not known, "
        "false where they or the viewer have blocked the other.",
    )

    @method(
        str | None,
        description="Where to listen to what concerns the viewer from: `viewerEvents(after:)` with it misses nothing "
        "that this answer lacks; null of anybody else.",
    )
    def event_cursor(self: users.User, context: Context) -> EventCursor | None:
        return event_cursor(self.id, first_of(unix_ms())) if context.loaders.viewer_id == self.id else None

    @method(str | None, description="The address that the person signs in with; only they can see it.")
    def email(self: users.User, context: Context) -> str | None:
        return self.email if context.loaders.viewer_id == self.id else None

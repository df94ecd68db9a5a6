"""Messages of channels and conversations."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from datasources.records import messages, pages, users
from graph.context import Context
from graph.fields import attribute, joined, method, node_type, object_type
from graph.types.nodes import Node, PageInfo
from graph.types.scalars import BigInt
from graph.types.users import User
from resolvers.loaders import channels_by_id, conversations_by_id, users_by_id
from resolvers.reading import readers_of

if TYPE_CHECKING:
    from graph.types.channels import Channel
    from graph.types.conversations import Conversation


@node_type(messages.Message, description="Something that a person wrote.")
class Message(Node):
    content: str = attribute("What was written: 1 to 4,000 characters.")
    revision: BigInt = attribute("Grows with every change of the message.")
    created_at: datetime = attribute("When it was sent.")
    edited_at: datetime | None = attribute("When it was last edited; null where it never was.")
    author: User | None = joined(users_by_id, key="author_id", description="Who wrote it.")
    channel: Annotated["Channel", strawberry.lazy("graph.types.channels")] | None = joined(
        channels_by_id, key="channel_id", description="Where it was written; null of a message in a conversation."
    )
    conversation: Annotated["Conversation", strawberry.lazy("graph.types.conversations")] | None = joined(
        conversations_by_id,
        key="conversation_id",
        description="Where it was written; null of a message in a channel.",
    )

    @method(
        list[User] | None,
        description="Who else has read it, in the order of their ids; null where more than 50 people read the room.",
    )
    async def read_by(self: messages.Message, context: Context) -> list[users.User] | None:
        return await readers_of(context.loaders, self)


@object_type(pages.Edge, description="A message and the cursor to go on from.")
class MessageEdge:
    cursor: str = attribute("The place of this edge in the list.")
    node: Message = attribute("The message.")


@object_type(pages.Page, description="A page of messages.")
class MessageConnection:
    edges: list[MessageEdge] = attribute("The messages of this page with their cursors, oldest first.")
    page_info: PageInfo = attribute("Where this page stands in the list.")
    complete: bool = attribute("Whether all of this page could be had; false while a store that holds a part is away.")

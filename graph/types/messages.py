"""Messages of channels and conversations."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from datasources.records import messages, pages, users
from datasources.records.messages import MessageType
from graph.context import Context
from graph.fields import attribute, joined, joined_many, method, node_type, object_type
from graph.types.attachments import Attachment
from graph.types.marks import Grading, ReactionGroup
from graph.types.nodes import Node, PageInfo
from graph.types.scalars import BigInt
from graph.types.users import User
from resolvers.loaders import (
    channels_by_id,
    conversations_by_id,
    grading_by_message,
    history_by_message,
    pinned_by_message,
    reactions_by_message,
    standing_messages_by_id,
    users_by_id,
)
from resolvers.reading import readers_of

if TYPE_CHECKING:
    from graph.types.channels import Channel
    from graph.types.conversations import Conversation


@object_type(messages.Message, description="What a message said before an edit.")
class MessageRevision:
    content: str = attribute("What it said.")
    revision: BigInt = attribute("The message's revision at that time.")
    edited_at: datetime | None = attribute("When it was edited to say this; null where it was sent so.")


@node_type(messages.Message, description="Something that a person wrote in a channel or a conversation.")
class Message(Node):
    type: MessageType = attribute("What it mainly is.")
    content: str = attribute("What was written: at most 4,000 characters; empty only where there are attachments.")
    attachments: list[Attachment] = attribute("The files that came with it, at most 10.", length=3)
    revision: BigInt = attribute("Grows with every change of the message.")
    created_at: datetime = attribute("When it was sent.")
    edited_at: datetime | None = attribute("When it was last edited; null where it never was.")
    author: User | None = joined(users_by_id, key="author_id", description="Who wrote it.")
    channel: Annotated["Channel", strawberry.lazy("graph.types.channels")] | None = joined(
        channels_by_id, key="channel_id", description="The channel where it was written; null in a conversation."
    )
    conversation: Annotated["Conversation", strawberry.lazy("graph.types.conversations")] | None = joined(
        conversations_by_id,
        key="conversation_id",
        description="The conversation where it was written; null in a channel.",
    )
    reply_to: Annotated["Message", strawberry.lazy("graph.types.messages")] | None = joined(
        standing_messages_by_id,
        key="reply_to_id",
        description="The message that this one answers; null where it answers none, or one that was deleted.",
    )
    mentions: list[User | None] | None = joined_many(
        users_by_id, keys="mentioned_ids", description="Whom its author mentioned, at most 20.", length=4
    )
    reactions: list[ReactionGroup] | None = joined(
        reactions_by_message,
        key="id",
        description="The reactions by emoji, the one that was used first in front.",
        length=4,
    )
    is_pinned: bool | None = joined(
        pinned_by_message, key="id", description="Whether it is shown at the head of its channel or group."
    )
    grading: Grading | None = joined(
        grading_by_message,
        key="id",
        description="How far its grading is, where it hands in homework to a channel; null for all others.",
    )
    history: list[MessageRevision] | None = joined(
        history_by_message,
        key="id",
        description="What it said before each edit, oldest first; for owners and moderators, null for all others.",
        length=100,
    )

    @method(
        list[User] | None,
        length=20,
        shared=True,
        description="Who else has read it, in the order of their ids; null where more than 50 people read the room.",
    )
    async def read_by(self: messages.Message, context: Context) -> list[users.User] | None:
        return await readers_of(context.loaders, self)


@object_type(pages.Edge, description="A message and the cursor to go on from.")
class MessageEdge:
    cursor: str = attribute("The place of this edge in the list.")
    node: Message = attribute("The message.")


@object_type(pages.Page, description="A page of the messages of a channel or a conversation.")
class MessageConnection:
    edges: list[MessageEdge] = attribute("The messages of this page with their cursors, oldest first.")
    page_info: PageInfo = attribute("Where this page stands in the list.")
    complete: bool = attribute("Whether all of this page could be had; false while a store that holds a part is away.")

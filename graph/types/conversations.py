"""Conversations of two and of groups."""

from datetime import datetime

from datasources.records import conversations, pages
from datasources.records.conversations import ConversationKind, ParticipantRole
from graph.context import Context
from graph.fields import attribute, enum_type, joined, method, node_type, object_type
from graph.types.nodes import PageInfo
from graph.types.rooms import Room
from graph.types.users import User
from resolvers.loaders import conversation_access_by_id, participants_by_conversation, users_by_id

enum_type(
    ConversationKind,
    description="How many take part in a conversation.",
    values={
        ConversationKind.DIRECT: "Two people, always the same two.",
        ConversationKind.GROUP: "Up to 100 people, who come and go.",
    },
)
enum_type(
    ParticipantRole,
    description="What somebody may do in a conversation.",
    values={
        ParticipantRole.MEMBER: "Reads and writes.",
        ParticipantRole.OWNER: "Also names the group, adds and removes others, and deletes anybody's messages.",
    },
)


@object_type(conversations.Participant, description="A person in a conversation.")
class ConversationParticipant:
    role: ParticipantRole = attribute("What they may do.")
    joined_at: datetime = attribute("When they joined.")
    user: User | None = joined(users_by_id, key="user_id", description="The person.")


@node_type(conversations.Conversation, description="Messages between two people, or in a group.")
class Conversation(Room):
    kind: ConversationKind = attribute("Between two, or in a group.")
    name: str | None = attribute("What a group is called; null between two.")
    created_at: datetime = attribute("When it began.")
    participants: list[ConversationParticipant] | None = joined(
        participants_by_conversation,
        key="id",
        description="Who takes part now, the longest-standing first.",
        length=20,
    )

    @method(bool | None, description="Whether nobody can write here, since one of the two has blocked the other.")
    async def closed(self: conversations.Conversation, context: Context) -> bool | None:
        access = await context.loaders.load(conversation_access_by_id, self.id)
        return None if access is None else bool(access.view.blocked_by)

    @method(bool | None, description="Whether the viewer has blocked the other person.")
    async def viewer_has_blocked(self: conversations.Conversation, context: Context) -> bool | None:
        access = await context.loaders.load(conversation_access_by_id, self.id)
        return None if access is None else context.loaders.viewer_id in access.view.blocked_by


@object_type(pages.Edge, description="A conversation and the cursor to go on from.")
class ConversationEdge:
    cursor: str = attribute("The place of this edge in the list, which changes with each message.")
    node: Conversation = attribute("The conversation.")


@object_type(pages.Page, description="A page of somebody's conversations.")
class ConversationConnection:
    edges: list[ConversationEdge] = attribute(
        "The conversations of this page with their cursors, newest message first."
    )
    page_info: PageInfo = attribute("Where this page stands in the list.")
    complete: bool = attribute("Whether all of this page could be had; false while a store that holds a part is away.")

"""Who else may read a room, and who of them is told of a message in their own log."""

import asyncio
from collections.abc import Sequence

from datasources.records.changes import EventKind
from datasources.records.ids import UserId
from datasources.records.messages import Message
from datasources.records.workspaces import ChannelMember, ChannelVisibility
from datasources.stores import MembershipStore
from resolvers.permissions import ChannelAccess, RoomAccess, may_read_channel


async def readers_among(memberships: MembershipStore, access: RoomAccess, people: Sequence[UserId]) -> set[UserId]:
    """Those of these people who may read the room."""
    if not people:
        return set()
    if not isinstance(access, ChannelAccess):
        return {user_id for user_id in people if access.view.participant(user_id) is not None}
    channel = access.channel
    of_workspace = memberships.roles([(channel.workspace_id, user_id) for user_id in people])
    of_channel: list[ChannelMember | None] = [None] * len(people)
    if channel.visibility is ChannelVisibility.OPEN:
        members = await of_workspace
    else:
        members, of_channel = await asyncio.gather(
            of_workspace, memberships.channel_roles([(channel.id, user_id) for user_id in people])
        )
    return {
        user_id
        for user_id, member, channel_member in zip(people, members, of_channel, strict=True)
        if may_read_channel(ChannelAccess(channel, member, channel_member))
    }


def told_of(message: Message, access: RoomAccess) -> tuple[EventKind, list[UserId]]:
    """Who hears of a message in their own log: in a conversation all others, in a channel who is mentioned."""
    if isinstance(access, ChannelAccess):
        kind, people = EventKind.MENTIONED, list(message.mentioned_ids)
    else:
        kind, people = EventKind.DIRECT_MESSAGE_RECEIVED, [each.user_id for each in access.view.participants]
    return kind, [user_id for user_id in people if user_id != message.author_id]

"""Rooms with what the viewer is in them: every right to a message follows from one of these."""

import asyncio
from collections.abc import Sequence
from typing import Final

from datasources.errors import Unavailable
from datasources.records.conversations import Block, Conversation, ConversationView, Participant
from datasources.records.ids import ChannelId, ConversationId, RoomId, UserId
from datasources.records.workspaces import Channel, ChannelVisibility
from resolvers.loaders.kinds import each_kind
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.workspaces import viewer_membership_by_workspace
from resolvers.permissions import ChannelAccess, ConversationAccess, RoomAccess, may_read_channel

PARTICIPANTS_MAXIMUM: Final = 200
"""Of a group, those who have left it too."""


async def _load_channel_access(loaders: Loaders, ids: list[ChannelId]) -> Sequence[ChannelAccess | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    channels = await loaders.stores.channels.by_ids(ids)
    found = [channel for channel in channels if channel is not None]
    private = [channel.id for channel in found if channel.visibility is ChannelVisibility.PRIVATE]
    memberships = loaders.load_many(viewer_membership_by_workspace, [channel.workspace_id for channel in found])
    if private:
        asked = [(channel_id, viewer_id) for channel_id in private]
        members, channel_members = await asyncio.gather(memberships, loaders.stores.memberships.channel_roles(asked))
    else:
        members, channel_members = await memberships, []
    members_by_channel = {channel.id: member for channel, member in zip(found, members, strict=True)}
    channel_members_by_channel = dict(zip(private, channel_members, strict=True))
    return [
        None
        if channel is None
        else ChannelAccess(channel, members_by_channel[channel.id], channel_members_by_channel.get(channel.id))
        for channel in channels
    ]


async def _load_channels(loaders: Loaders, ids: list[ChannelId]) -> Sequence[Channel | None]:
    found = await loaders.load_many(channel_access_by_id, ids)
    return [access.channel if access is not None and may_read_channel(access) else None for access in found]


async def _load_conversation_access(
    loaders: Loaders, ids: list[ConversationId]
) -> Sequence[ConversationAccess | Exception | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    rooms = loaders.stores.rooms

    async def ask(part: list[ConversationId]) -> Sequence[ConversationAccess | None]:
        conversations, participants, blocks = await asyncio.gather(
            # There is one; a store that found as many as it may give would have to look again, room by room.
            rooms.of_rooms(Conversation, part, 2),
            rooms.of_rooms(Participant, part, PARTICIPANTS_MAXIMUM),
            rooms.of_rooms(Block, part, PARTICIPANTS_MAXIMUM),
        )
        return [
            _conversation_access(conversation[0], present, blocked, viewer_id) if conversation else None
            for conversation, present, blocked in zip(conversations, participants, blocks, strict=True)
        ]

    return await each_kind(ids, ask)


def _conversation_access(
    conversation: Conversation, participants: Sequence[Participant], blocks: Sequence[Block], viewer_id: UserId
) -> ConversationAccess:
    present = tuple(each for each in participants if each.left_at is None)
    view = ConversationView(conversation, present, frozenset(each.user_id for each in blocks if each.active))
    return ConversationAccess(view, view.participant(viewer_id))


async def _load_room_access(loaders: Loaders, ids: list[RoomId]) -> Sequence[RoomAccess | Unavailable | None]:
    channels = [room_id for room_id in ids if room_id.startswith("chn_")]
    conversations = [room_id for room_id in ids if not room_id.startswith("chn_")]
    of_channels, of_conversations = await asyncio.gather(
        loaders.outcomes(channel_access_by_id, [ChannelId(room_id) for room_id in channels]),
        loaders.outcomes(conversation_access_by_id, [ConversationId(room_id) for room_id in conversations]),
    )
    found: dict[RoomId, RoomAccess | Unavailable | None] = dict(zip(channels, of_channels, strict=True))
    found.update(zip(conversations, of_conversations, strict=True))
    return [found[room_id] for room_id in ids]


channel_access_by_id: Loader[ChannelId, ChannelAccess | None] = Loader("channel_access_by_id", _load_channel_access)
conversation_access_by_id: Loader[ConversationId, ConversationAccess | None] = Loader(
    "conversation_access_by_id", _load_conversation_access
)
room_access_by_id: Loader[RoomId, RoomAccess | None] = Loader("room_access_by_id", _load_room_access)
channels_by_id: Loader[ChannelId, Channel | None] = Loader("channels_by_id", _load_channels)

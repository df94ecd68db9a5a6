"""Loaders, named thing-by-key: many look-ups of one operation become one call to a store.

A loader is declared once and made anew for each operation and each subscription event, for one viewer. What a viewer
may not see is loaded as None, exactly as what does not exist. `users_by_id` and `messages_by_id` alone look past that:
they serve joins from records that the viewer has been allowed to see.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from strawberry.dataloader import DataLoader, DefaultCache

from datasources.records.conversations import Block, Conversation, ConversationView, Participant
from datasources.records.ids import (
    ChannelId,
    ConversationId,
    MessageId,
    RoomId,
    UserId,
    WorkspaceId,
    split_message_id,
)
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from datasources.records.users import User
from datasources.records.workspaces import Channel, ChannelVisibility, Workspace, WorkspaceMember
from datasources.stores import Stores
from resolvers.permissions import (
    ChannelAccess,
    ConversationAccess,
    RoomAccess,
    may_read_channel,
    may_read_room,
)
from resolvers.viewer import Viewer

PARTICIPANTS_MAXIMUM: Final = 200
"""Of a group, those who have left it too."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Batch = Callable[["Loaders", list[K]], Awaitable[Sequence[V | Exception]]]


@dataclass(frozen=True, slots=True, eq=False)
class Loader(Generic[K, V]):
    """The declaration of a loader. Its batch function answers value, None or error for each key, in their order."""

    name: str
    batch: Batch[K, V]


class _Cache(DefaultCache[K, V]):
    """Strawberry's cache, where forgetting an unknown key is no error."""

    def delete(self, key: K) -> None:
        self.cache_map.pop(key, None)


class _BatchLoader(DataLoader[K, V]):
    """Strawberry's loader without three of its traits: a cancelled batch leaves nobody waiting, a failed look-up is
    not remembered, and clearing an unknown key is no error.
    """

    def __init__(self, loaders: "Loaders", loader: Loader[K, V]) -> None:
        super().__init__(self._load_batch, cache_map=_Cache())
        self._loaders = loaders
        self._loader = loader

    async def _load_batch(self, keys: list[K]) -> list[V | BaseException]:
        try:
            values: list[V | BaseException] = list(await self._loader.batch(self._loaders, keys))
        except asyncio.CancelledError as error:
            # Strawberry would leave the futures of this batch pending for ever.
            values = [_LoadCancelled(f"the batch of {self._loader.name} was cancelled") for _ in keys]
            for value in values:
                if isinstance(value, BaseException):
                    value.__cause__ = error
        except Exception:
            self.clear_many(keys)
            raise
        for key, value in zip(keys, values, strict=True):
            if isinstance(value, BaseException):
                self.clear(key)
        return values


class _LoadCancelled(Exception):
    """The task that was to load a batch ended first."""


class Loaders:
    """The loaders of one operation, each made when it is first asked for."""

    __slots__ = ("_made", "stores", "viewer")

    def __init__(self, stores: Stores, viewer: Viewer | None) -> None:
        self.stores = stores
        self.viewer = viewer
        self._made: dict[Loader[Any, Any], _BatchLoader[Any, Any]] = {}

    def load(self, loader: Loader[K, V], key: K) -> Awaitable[V]:
        made = self._made.get(loader)
        if made is None:
            made = self._made[loader] = _BatchLoader(self, loader)
        return made.load(key)

    def load_many(self, loader: Loader[K, V], keys: Sequence[K]) -> Awaitable[list[V]]:
        return asyncio.gather(*(self.load(loader, key) for key in keys))

    def forget(self) -> None:
        """Forgets everything loaded, as after a change."""
        self._made.clear()

    @property
    def viewer_id(self) -> UserId | None:
        return self.viewer.user_id if self.viewer is not None else None


async def _load_users(loaders: Loaders, ids: list[UserId]) -> Sequence[User | None]:
    return await loaders.stores.users.by_ids(ids)


async def _load_visible_users(loaders: Loaders, ids: list[UserId]) -> Sequence[User | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    users, shared = await asyncio.gather(
        loaders.load_many(users_by_id, ids), loaders.stores.memberships.shared_workspaces(viewer_id, ids)
    )
    return [user if user and (near or user.id == viewer_id) else None for user, near in zip(users, shared, strict=True)]


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


async def _load_channel_access(loaders: Loaders, ids: list[ChannelId]) -> Sequence[ChannelAccess | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    channels = await loaders.stores.channels.by_ids(ids)
    found = [channel for channel in channels if channel is not None]
    private = [channel.id for channel in found if channel.visibility is ChannelVisibility.PRIVATE]
    members, channel_members = await asyncio.gather(
        loaders.load_many(viewer_membership_by_workspace, [channel.workspace_id for channel in found]),
        loaders.stores.memberships.channel_roles([(channel_id, viewer_id) for channel_id in private]),
    )
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


async def _load_conversation_access(loaders: Loaders, ids: list[ConversationId]) -> Sequence[ConversationAccess | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    rooms = loaders.stores.rooms
    conversations, participants, blocks = await asyncio.gather(
        rooms.of_rooms(Conversation, ids, 1),
        rooms.of_rooms(Participant, ids, PARTICIPANTS_MAXIMUM),
        rooms.of_rooms(Block, ids, PARTICIPANTS_MAXIMUM),
    )
    return [
        _conversation_access(conversation[0], present, blocked, viewer_id) if conversation else None
        for conversation, present, blocked in zip(conversations, participants, blocks, strict=True)
    ]


def _conversation_access(
    conversation: Conversation, participants: Sequence[Participant], blocks: Sequence[Block], viewer_id: UserId
) -> ConversationAccess:
    present = tuple(each for each in participants if each.left_at is None)
    view = ConversationView(conversation, present, frozenset(each.user_id for each in blocks if each.active))
    return ConversationAccess(view, view.participant(viewer_id))


async def _load_room_access(loaders: Loaders, ids: list[RoomId]) -> Sequence[RoomAccess | None]:
    channels = [room_id for room_id in ids if room_id.startswith("chn_")]
    conversations = [room_id for room_id in ids if not room_id.startswith("chn_")]
    of_channels, of_conversations = await asyncio.gather(
        loaders.load_many(channel_access_by_id, [ChannelId(room_id) for room_id in channels]),
        loaders.load_many(conversation_access_by_id, [ConversationId(room_id) for room_id in conversations]),
    )
    found: dict[RoomId, RoomAccess | None] = dict(zip(channels, of_channels, strict=True))
    found.update(zip(conversations, of_conversations, strict=True))
    return [found[room_id] for room_id in ids]


async def _load_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | None]:
    return await loaders.stores.rooms.by_ids(ids)


async def _load_readable_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | None]:
    places = [split_message_id(message_id) for message_id in ids]
    rooms = await loaders.load_many(room_access_by_id, [place[0] for place in places if place is not None])
    readable = [
        message_id
        for message_id, access in zip(ids, rooms, strict=True)
        if access is not None and may_read_room(access)
    ]
    messages = dict(zip(readable, await loaders.load_many(messages_by_id, readable), strict=True))
    return [
        message if (message := messages.get(message_id)) is not None and message.deleted_at is None else None
        for message_id in ids
    ]


async def _load_message_pages(
    loaders: Loaders, keys: list[tuple[RoomId, PageArguments]]
) -> Sequence[Page[Message] | Exception | None]:
    rooms = await loaders.load_many(room_access_by_id, [room_id for room_id, _ in keys])
    seen = [key for key, access in zip(keys, rooms, strict=True) if access is not None and may_read_room(access)]
    pages = dict(zip(seen, await loaders.stores.rooms.pages(seen), strict=True))
    return [pages.get(key) for key in keys]


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


users_by_id: Loader[UserId, User | None] = Loader("users_by_id", _load_users)
visible_users_by_id: Loader[UserId, User | None] = Loader("visible_users_by_id", _load_visible_users)
viewer_membership_by_workspace: Loader[WorkspaceId, WorkspaceMember | None] = Loader(
    "viewer_membership_by_workspace", _load_viewer_memberships
)
workspaces_by_id: Loader[WorkspaceId, Workspace | None] = Loader("workspaces_by_id", _load_workspaces)
channel_access_by_id: Loader[ChannelId, ChannelAccess | None] = Loader("channel_access_by_id", _load_channel_access)
conversation_access_by_id: Loader[ConversationId, ConversationAccess | None] = Loader(
    "conversation_access_by_id", _load_conversation_access
)
room_access_by_id: Loader[RoomId, RoomAccess | None] = Loader("room_access_by_id", _load_room_access)
channels_by_id: Loader[ChannelId, Channel | None] = Loader("channels_by_id", _load_channels)
messages_by_id: Loader[MessageId, Message | None] = Loader("messages_by_id", _load_messages)
readable_messages_by_id: Loader[MessageId, Message | None] = Loader("readable_messages_by_id", _load_readable_messages)
messages_by_room: Loader[tuple[RoomId, PageArguments], Page[Message] | None] = Loader(
    "messages_by_room", _load_message_pages
)
channels_by_workspace: Loader[tuple[WorkspaceId, PageArguments], Page[Channel] | None] = Loader(
    "channels_by_workspace", _load_channel_pages
)
members_by_workspace: Loader[tuple[WorkspaceId, PageArguments], Page[WorkspaceMember] | None] = Loader(
    "members_by_workspace", _load_member_pages
)
workspaces_by_user: Loader[tuple[UserId, PageArguments], Page[Workspace] | None] = Loader(
    "workspaces_by_user", _load_workspace_pages
)

"""Up to where people have read rooms, and what they have not read yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from datasources.errors import Unavailable
from datasources.records.changes import ReadState
from datasources.records.ids import RoomId, UserId
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from datasources.snowflakes import first_of
from resolvers.loaders.kinds import each_kind
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.rooms import room_access_by_id
from resolvers.permissions import ChannelAccess, RoomAccess, may_read_room

UNREAD_MAXIMUM: Final = 100
"""A count of so many means so many or more."""

SMALL_ROOM: Final = 50
"""Readers of a room up to which each is told of the others."""


@dataclass(frozen=True, slots=True)
class Unread:
    """The Snowflakes of the newest messages that others sent after the last one read, oldest first, and of those that
    mention the viewer. `last_read` is a Snowflake too: of the message, or of the moment when the viewer joined.
    """

    last_read: int
    messages: tuple[int, ...]
    mentions: frozenset[int]

    @property
    def unread_count(self) -> int:
        return len(self.messages)

    @property
    def mention_count(self) -> int:
        return len(self.mentions)


async def _load_viewer_read_states(loaders: Loaders, ids: list[RoomId]) -> Sequence[ReadState | Exception | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)

    async def ask(part: list[RoomId]) -> Sequence[ReadState | Exception | None]:
        return await loaders.stores.rooms.stored([ReadState(room_id, viewer_id, 0) for room_id in part])

    return await each_kind(ids, ask)


async def _load_read_states(loaders: Loaders, ids: list[RoomId]) -> Sequence[Sequence[ReadState] | Exception | None]:
    async def ask(part: list[RoomId]) -> Sequence[Sequence[ReadState] | Exception | None]:
        found = await loaders.stores.rooms.of_rooms(ReadState, part, SMALL_ROOM + 1)
        return [states if len(states) <= SMALL_ROOM else None for states in found]

    return await each_kind(ids, ask)


async def _load_unread(loaders: Loaders, ids: list[RoomId]) -> Sequence[Unread | Exception | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    rooms = await loaders.outcomes(room_access_by_id, ids)
    found = dict(zip(ids, rooms, strict=True))
    away = {room_id: access for room_id, access in found.items() if isinstance(access, Unavailable)}
    places = {room_id: access for room_id, access in found.items() if not isinstance(access, Unavailable)}
    readable = [room_id for room_id, access in places.items() if access is not None and may_read_room(access)]

    async def ask(part: list[RoomId]) -> Sequence[Unread | Exception]:
        states = await loaders.load_many(viewer_read_state_by_room, part)
        read = [_read_up_to(state, places[room_id]) for room_id, state in zip(part, states, strict=True)]
        requests = [
            (room_id, PageArguments(UNREAD_MAXIMUM, after=str(last_read), from_end=True))
            for room_id, last_read in zip(part, read, strict=True)
        ]
        pages = await loaders.stores.rooms.pages(requests)
        return [_unread(page, last_read, viewer_id) for page, last_read in zip(pages, read, strict=True)]

    unread = dict(zip(readable, await each_kind(readable, ask), strict=True))
    return [away.get(room_id) or unread.get(room_id) for room_id in ids]


def _read_up_to(state: ReadState | None, access: RoomAccess | None) -> int:
    """Whoever has never read anything has missed nothing from before they came."""
    if state is not None:
        return state.last_read
    joined = None if access is None else _joined_at(access)
    return 0 if joined is None else first_of(int(joined.timestamp() * 1_000)) - 1


def _joined_at(access: RoomAccess) -> datetime | None:
    if isinstance(access, ChannelAccess):
        belongs = access.channel_member or access.member
        return None if belongs is None else belongs.joined_at
    return None if access.participant is None else access.participant.joined_at


def _unread(page: Page[Message] | Exception, last_read: int, viewer_id: UserId) -> Unread | Exception:
    if isinstance(page, Exception):
        return page
    if page.missing is not None:
        return Unavailable(page.missing, "what it holds of a room cannot be counted")
    messages = [edge.node for edge in page.edges if edge.node.author_id != viewer_id]
    mentions = frozenset(message.snowflake for message in messages if viewer_id in message.mentioned_ids)
    return Unread(last_read, tuple(message.snowflake for message in messages), mentions)


viewer_read_state_by_room: Loader[RoomId, ReadState | None] = Loader(
    "viewer_read_state_by_room", _load_viewer_read_states
)
read_states_by_room: Loader[RoomId, Sequence[ReadState] | None] = Loader(
    "read_states_by_room", _load_read_states, shared=True
)
unread_by_room: Loader[RoomId, Unread | None] = Loader("unread_by_room", _load_unread)

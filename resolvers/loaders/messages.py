"""Messages. `messages_by_id` and `standing_messages_by_id` serve joins from what the viewer has been allowed to see."""

from collections.abc import Sequence

from datasources.errors import Unavailable
from datasources.records.ids import MessageId, RoomId, split_message_id
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from resolvers.loaders.kinds import each_kind
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.rooms import room_access_by_id
from resolvers.permissions import RoomAccess, may_read_room


async def _load_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | Exception | None]:
    return await each_kind(ids, loaders.stores.rooms.by_ids)


async def _load_standing_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | Unavailable | None]:
    """None for deleted ones; for one of two that a fail-over made of one, the one that stands."""
    found = await loaders.outcomes(messages_by_id, ids)
    aliases = {message.id: message.alias_of for message in found if isinstance(message, Message) and message.alias_of}
    others = dict(zip(aliases, await loaders.load_many(messages_by_id, list(aliases.values())), strict=True))
    named = (others.get(message.id, message) if isinstance(message, Message) else message for message in found)
    return [None if isinstance(message, Message) and message.final else message for message in named]


async def _load_readable_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | Unavailable | None]:
    places = [split_message_id(message_id) for message_id in ids]
    rooms = await loaders.outcomes(room_access_by_id, [place[0] for place in places if place is not None])
    found: dict[MessageId, Message | Unavailable | None] = {
        message_id: access for message_id, access in zip(ids, rooms, strict=True) if isinstance(access, Unavailable)
    }
    readable = [message_id for message_id, access in zip(ids, rooms, strict=True) if _readable(access)]
    messages = await loaders.outcomes(standing_messages_by_id, readable)
    found.update(zip(readable, messages, strict=True))
    return [found.get(message_id) for message_id in ids]


async def _load_message_pages(
    loaders: Loaders, keys: list[tuple[RoomId, PageArguments]]
) -> Sequence[Page[Message] | Exception | None]:
    rooms = await loaders.outcomes(room_access_by_id, [room_id for room_id, _ in keys])
    seen = [key for key, access in zip(keys, rooms, strict=True) if _readable(access)]
    pages: dict[tuple[RoomId, PageArguments], Page[Message] | Exception] = {
        key: access for key, access in zip(keys, rooms, strict=True) if isinstance(access, Unavailable)
    }
    pages.update(zip(seen, await loaders.stores.rooms.pages(seen), strict=True))
    loaders.outages.update(page.missing for page in pages.values() if isinstance(page, Page) and page.missing)
    return [pages.get(key) for key in keys]


def _readable(access: RoomAccess | Unavailable | None) -> bool:
    return access is not None and not isinstance(access, Unavailable) and may_read_room(access)


messages_by_id: Loader[MessageId, Message | None] = Loader("messages_by_id", _load_messages, shared=True)
standing_messages_by_id: Loader[MessageId, Message | None] = Loader(
    "standing_messages_by_id", _load_standing_messages, shared=True
)
readable_messages_by_id: Loader[MessageId, Message | None] = Loader("readable_messages_by_id", _load_readable_messages)
messages_by_room: Loader[tuple[RoomId, PageArguments], Page[Message] | None] = Loader(
    "messages_by_room", _load_message_pages
)

"""Messages. `messages_by_id` and `standing_messages_by_id` serve joins from what the viewer has been allowed to see."""

from collections.abc import Sequence

from datasources.records.ids import MessageId, RoomId, split_message_id
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from resolvers.loaders.kinds import each_kind
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.rooms import room_access_by_id
from resolvers.permissions import may_read_room


async def _load_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | Exception | None]:
    return await each_kind(ids, loaders.stores.rooms.by_ids)


async def _load_standing_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | None]:
    """None for deleted ones; for one of two that a fail-over made of one, the one that stands."""
    found = await loaders.load_many(messages_by_id, ids)
    aliases = {message.id: message.alias_of for message in found if message is not None and message.alias_of}
    others = dict(zip(aliases, await loaders.load_many(messages_by_id, list(aliases.values())), strict=True))
    named = (None if message is None else others.get(message.id, message) for message in found)
    return [None if message is None or message.final else message for message in named]


async def _load_readable_messages(loaders: Loaders, ids: list[MessageId]) -> Sequence[Message | None]:
    places = [split_message_id(message_id) for message_id in ids]
    rooms = await loaders.load_many(room_access_by_id, [place[0] for place in places if place is not None])
    readable = [
        message_id
        for message_id, access in zip(ids, rooms, strict=True)
        if access is not None and may_read_room(access)
    ]
    messages = dict(zip(readable, await loaders.load_many(standing_messages_by_id, readable), strict=True))
    return [messages.get(message_id) for message_id in ids]


async def _load_message_pages(
    loaders: Loaders, keys: list[tuple[RoomId, PageArguments]]
) -> Sequence[Page[Message] | Exception | None]:
    rooms = await loaders.load_many(room_access_by_id, [room_id for room_id, _ in keys])
    seen = [key for key, access in zip(keys, rooms, strict=True) if access is not None and may_read_room(access)]
    pages = dict(zip(seen, await loaders.stores.rooms.pages(seen), strict=True))
    loaders.outages.update(page.missing for page in pages.values() if isinstance(page, Page) and page.missing)
    return [pages.get(key) for key in keys]


messages_by_id: Loader[MessageId, Message | None] = Loader("messages_by_id", _load_messages)
standing_messages_by_id: Loader[MessageId, Message | None] = Loader("standing_messages_by_id", _load_standing_messages)
readable_messages_by_id: Loader[MessageId, Message | None] = Loader("readable_messages_by_id", _load_readable_messages)
messages_by_room: Loader[tuple[RoomId, PageArguments], Page[Message] | None] = Loader(
    "messages_by_room", _load_message_pages
)

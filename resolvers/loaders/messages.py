"""Messages. `messages_by_id` serves joins from records that the viewer has been allowed to see."""

from collections.abc import Sequence

from datasources.records.ids import MessageId, RoomId, split_message_id
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.rooms import room_access_by_id
from resolvers.permissions import may_read_room


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


messages_by_id: Loader[MessageId, Message | None] = Loader("messages_by_id", _load_messages)
readable_messages_by_id: Loader[MessageId, Message | None] = Loader("readable_messages_by_id", _load_readable_messages)
messages_by_room: Loader[tuple[RoomId, PageArguments], Page[Message] | None] = Loader(
    "messages_by_room", _load_message_pages
)

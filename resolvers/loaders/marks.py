"""What people put to messages: reactions, pins, gradings; and what messages said before they were edited.

All but `history_by_message` serve joins from records that the viewer has been allowed to see.
"""

from collections.abc import Sequence
from typing import Final

from datasources.records.changes import Grading, Pin, Reaction
from datasources.records.ids import MessageId, RoomId, split_message_id
from datasources.records.messages import Message
from resolvers.loaders.kinds import each_kind
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.messages import standing_messages_by_id
from resolvers.loaders.rooms import room_access_by_id
from resolvers.permissions import may_moderate_room
from resolvers.reaction_groups import ReactionGroup, grouped

PIN_RECORDS_MAXIMUM: Final = 2_000
"""Of a room, those taken down too: each is kept for good."""


async def _load_reactions(
    loaders: Loaders, ids: list[MessageId]
) -> Sequence[Sequence[ReactionGroup] | Exception | None]:
    async def ask(part: list[MessageId]) -> Sequence[Sequence[ReactionGroup] | Exception]:
        found = await loaders.stores.rooms.of_messages(Reaction, part)
        return [grouped(reactions) for reactions in found]

    return await each_kind(ids, ask)


async def _load_gradings(loaders: Loaders, ids: list[MessageId]) -> Sequence[Grading | Exception | None]:
    async def ask(part: list[MessageId]) -> Sequence[Grading | Exception | None]:
        found = await loaders.stores.rooms.of_messages(Grading, part)
        return [next((grading for grading in gradings if grading.status is not None), None) for gradings in found]

    return await each_kind(ids, ask)


async def _load_pin_records(loaders: Loaders, ids: list[RoomId]) -> Sequence[Sequence[Pin] | Exception]:
    async def ask(part: list[RoomId]) -> Sequence[Sequence[Pin] | Exception]:
        return await loaders.stores.rooms.of_rooms(Pin, part, PIN_RECORDS_MAXIMUM)

    return await each_kind(ids, ask)


async def _load_pins(loaders: Loaders, ids: list[RoomId]) -> Sequence[Sequence[Pin]]:
    """The newest first; those of deleted messages left out."""
    found = [[pin for pin in pins if pin.active] for pins in await loaders.load_many(pin_records_by_room, ids)]
    pinned = [pin.message_id for pins in found for pin in pins]
    there = dict(zip(pinned, await loaders.load_many(standing_messages_by_id, pinned), strict=True))
    return [
        sorted(
            (pin for pin in pins if there[pin.message_id] is not None),
            key=lambda pin: (pin.pinned_at, pin.target),
            reverse=True,
        )
        for pins in found
    ]


async def _load_pinned(loaders: Loaders, ids: list[MessageId]) -> Sequence[bool]:
    places = [place for message_id in ids if (place := split_message_id(message_id)) is not None]
    found = await loaders.load_many(pin_records_by_room, [room_id for room_id, _ in places])
    return [
        any(pin.active and pin.message_id == message_id for pin in pins)
        for message_id, pins in zip(ids, found, strict=True)
    ]


async def _load_history(loaders: Loaders, ids: list[MessageId]) -> Sequence[Sequence[Message] | Exception | None]:
    places = [place for message_id in ids if (place := split_message_id(message_id)) is not None]
    rooms = await loaders.load_many(room_access_by_id, [room_id for room_id, _ in places])
    moderated = [
        message_id
        for message_id, access in zip(ids, rooms, strict=True)
        if access is not None and may_moderate_room(access)
    ]
    found = dict(zip(moderated, await each_kind(moderated, loaders.stores.rooms.history), strict=True))
    return [found.get(message_id) for message_id in ids]


reactions_by_message: Loader[MessageId, Sequence[ReactionGroup] | None] = Loader(
    "reactions_by_message", _load_reactions, shared=True
)
grading_by_message: Loader[MessageId, Grading | None] = Loader("grading_by_message", _load_gradings, shared=True)
pin_records_by_room: Loader[RoomId, Sequence[Pin]] = Loader("pin_records_by_room", _load_pin_records, shared=True)
pins_by_room: Loader[RoomId, Sequence[Pin]] = Loader("pins_by_room", _load_pins, shared=True)
pinned_by_message: Loader[MessageId, bool] = Loader("pinned_by_message", _load_pinned, shared=True)
history_by_message: Loader[MessageId, Sequence[Message] | None] = Loader("history_by_message", _load_history)

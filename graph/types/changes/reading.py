"""Noting what has been read."""

import strawberry

from graph.fields import attribute
from graph.types.changes.payloads import Payload
from graph.types.rooms import Room


@strawberry.input(description="Up to where a room has been read.")
class MarkReadInput:
    room_id: strawberry.ID = strawberry.field(description="The channel or conversation.")
    message_id: strawberry.ID = strawberry.field(
        description="The last message that was read; an earlier one than before changes nothing."
    )


@strawberry.type(description="The room with its counts as they are now.")
class MarkReadPayload(Payload):
    room: Room | None = attribute("The channel or conversation.", None)


@strawberry.input(description="Where somebody is writing.")
class StartTypingInput:
    room_id: strawberry.ID = strawberry.field(description="The channel or conversation.")


@strawberry.type(description="Those who listen to the room have been told, unless they were within three seconds.")
class StartTypingPayload(Payload):
    told: bool | None = attribute("Whether they were told now.", None)

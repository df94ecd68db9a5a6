"""Beginning conversations, and changing groups."""

import strawberry

from graph.fields import attribute
from graph.types.changes.payloads import Payload
from graph.types.changes.workspaces import KEY
from graph.types.conversations import Conversation


@strawberry.input(description="Whom to talk to.")
class StartConversationInput:
    user_id: strawberry.ID = strawberry.field(description="Somebody in one of the viewer's workspaces.")


@strawberry.type(description="The conversation of two, begun or found.")
class StartConversationPayload(Payload):
    conversation: Conversation | None = attribute("The conversation.", None)


@strawberry.input(description="What a group begins with.")
class CreateGroupInput:
    name: str = strawberry.field(description="1 to 80 characters.")
    user_ids: list[strawberry.ID] = strawberry.field(
        description="1 to 99 people besides the viewer, each in one of the viewer's workspaces."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The new group, owned by the viewer.")
class CreateGroupPayload(Payload):
    conversation: Conversation | None = attribute("The group.", None)


@strawberry.input(description="A group's new name.")
class RenameGroupInput:
    conversation_id: strawberry.ID = strawberry.field(description="The group.")
    name: str = strawberry.field(description="1 to 80 characters.")


@strawberry.type(description="The renamed group.")
class RenameGroupPayload(Payload):
    conversation: Conversation | None = attribute("The group.", None)


@strawberry.input(description="Who comes into a group.")
class AddParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description="The group.")
    user_id: strawberry.ID = strawberry.field(description="Somebody in one of the viewer's workspaces.")


@strawberry.type(description="The group with one more, who reads it from its beginning.")
class AddParticipantPayload(Payload):
    conversation: Conversation | None = attribute("The group.", None)


@strawberry.input(description="Who goes out of a group.")
class RemoveParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description="The group.")
    user_id: strawberry.ID = strawberry.field(description="The person; the viewer, to leave.")


@strawberry.type(description="Who went.")
class RemoveParticipantPayload(Payload):
    removed_user_id: strawberry.ID | None = attribute("Who takes no part any more.", None)


@strawberry.input(description="Whom to hear no more from.")
class BlockPersonInput:
    user_id: strawberry.ID = strawberry.field(description="The person.")


@strawberry.type(description="The conversation with them, closed to both.")
class BlockPersonPayload(Payload):
    conversation: Conversation | None = attribute("The conversation.", None)


@strawberry.input(description="Whom to hear from again.")
class UnblockPersonInput:
    user_id: strawberry.ID = strawberry.field(description="The person.")


@strawberry.type(description="The conversation with them; closed still where they have blocked the viewer.")
class UnblockPersonPayload(Payload):
    conversation: Conversation | None = attribute("The conversation.", None)

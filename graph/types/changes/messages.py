"""Sending, editing and deleting messages."""

import strawberry

from graph.fields import attribute
from graph.types.changes.payloads import Payload
from graph.types.changes.workspaces import KEY
from graph.types.messages import Message
from graph.types.scalars import BigInt


@strawberry.input(description="A message to send.")
class SendMessageInput:
    channel_id: strawberry.ID = strawberry.field(description="Where to.")
    content: str = strawberry.field(description="1 to 4,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The message, durable by now.")
class SendMessagePayload(Payload):
    message: Message | None = attribute("The message.", None)


@strawberry.input(description="What a message is to say instead.")
class EditMessageInput:
    message_id: strawberry.ID = strawberry.field(description="The message.")
    content: str = strawberry.field(description="1 to 4,000 characters.")
    revision: BigInt | None = strawberry.field(
        default=None,
        description="The revision that the edit was made from: if the message has changed since, a conflict.",
    )


@strawberry.type(description="The message after the edit.")
class EditMessagePayload(Payload):
    message: Message | None = attribute("The message.", None)


@strawberry.input(description="A message to delete.")
class DeleteMessageInput:
    message_id: strawberry.ID = strawberry.field(description="The message.")


@strawberry.type(description="The end of a message.")
class DeleteMessagePayload(Payload):
    deleted_message_id: strawberry.ID | None = attribute("The id that finds nothing any more.", None)

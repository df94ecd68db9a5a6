"""Sending, editing and deleting messages."""

import strawberry

from datasources.records.messages import MessageType
from graph.fields import attribute
from graph.types.attachments import AttachmentInput
from graph.types.changes.payloads import Payload
from graph.types.changes.workspaces import KEY
from graph.types.messages import Message
from graph.types.scalars import BigInt
from resolvers.sending import Draft


@strawberry.input(description="A message to send.")
class SendMessageInput:
    room_id: strawberry.ID = strawberry.field(description="Where to: a channel or a conversation.")
    content: str = strawberry.field(
        default="", description="At most 4,000 characters; at least one where there are no attachments."
    )
    type: MessageType = strawberry.field(
        default=MessageType.TEXT,
        description="What it mainly is; any type but TEXT needs an attachment of its kind.",
    )
    attachments: list[AttachmentInput] = strawberry.field(
        default_factory=list, description="Files that come with it, at most 10."
    )
    reply_to_id: strawberry.ID | None = strawberry.field(
        default=None, description="The message of the same channel or conversation that this one answers."
    )
    mentioned_user_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Whom it mentions: at most 20 people, each once, who may read it."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        # Each store keeps the claims of its own messages, so that a claim needs no other store.
        description=KEY + " Channels, conversations of two and groups know a key each for themselves.",
    )

    def draft(self) -> Draft:
        return Draft(
            content=self.content,
            type=self.type,
            attachments=tuple(each.record() for each in self.attachments),
            reply_to_id=self.reply_to_id,
            mentioned_ids=tuple(self.mentioned_user_ids),
        )


@strawberry.type(description="The message, durable by now.")
class SendMessagePayload(Payload):
    message: Message | None = attribute("The message.", None)


@strawberry.input(description="What a message is to say instead.")
class EditMessageInput:
    message_id: strawberry.ID = strawberry.field(description="The message.")
    content: str = strawberry.field(description="As when it was sent.")
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

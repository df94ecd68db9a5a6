"""Reacting to messages, pinning and grading them."""

import strawberry

from datasources.records.changes import GradingStatus
from graph.fields import attribute
from graph.types.changes.payloads import Payload
from graph.types.messages import Message


@strawberry.input(description="A reaction to a message.")
class AddReactionInput:
    message_id: strawberry.ID = strawberry.field(description="The message.")
    emoji: str = strawberry.field(description="One emoji; a message takes 20 different ones.")


@strawberry.type(description="The message with the reaction.")
class AddReactionPayload(Payload):
    message: Message | None = attribute("The message.", None)


@strawberry.input(description="A reaction of the viewer's to take back.")
class RemoveReactionInput:
    message_id: strawberry.ID = strawberry.field(description="The message.")
    emoji: str = strawberry.field(description="The emoji.")


@strawberry.type(description="The message without the reaction.")
class RemoveReactionPayload(Payload):
    message: Message | None = attribute("The message.", None)


@strawberry.input(description="A message to show at the head of its channel or group.")
class PinMessageInput:
    message_id: strawberry.ID = strawberry.field(description="The message.")


@strawberry.type(description="The pinned message.")
class PinMessagePayload(Payload):
    message: Message | None = attribute("The message.", None)


@strawberry.input(description="A message to take from the head of its channel or group.")
class UnpinMessageInput:
    message_id: strawberry.ID = strawberry.field(description="The message.")


@strawberry.type(description="The message, pinned no more.")
class UnpinMessagePayload(Payload):
    message: Message | None = attribute("The message.", None)


@strawberry.input(description="How far the grading of a message is.")
class SetGradingStatusInput:
    message_id: strawberry.ID = strawberry.field(description="A message of a channel, which hands in homework.")
    status: GradingStatus | None = strawberry.field(
        default=None, description="How far it is; null where the message is no homework."
    )


@strawberry.type(description="The message with its grading.")
class SetGradingStatusPayload(Payload):
    message: Message | None = attribute("The message.", None)

"""What people put to messages."""

from typing import Annotated

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import marks
from graph.types.changes.payloads import INPUT, answered


@strawberry.type
class MarksMutations:
    @mutation(description="Reacts to a message with an emoji; once for each person and emoji.")
    async def add_reaction(
        self, context: Context, input: Annotated[marks.AddReactionInput, INPUT]
    ) -> marks.AddReactionPayload | None:
        work = context.services.reactions.add(context.caller, input.message_id, input.emoji)
        return await answered(marks.AddReactionPayload, "message", work)

    @mutation(description="Takes a reaction of the viewer's back.")
    async def remove_reaction(
        self, context: Context, input: Annotated[marks.RemoveReactionInput, INPUT]
    ) -> marks.RemoveReactionPayload | None:
        work = context.services.reactions.remove(context.caller, input.message_id, input.emoji)
        return await answered(marks.RemoveReactionPayload, "message", work)

    @mutation(description="Shows a message at the head of its channel or group; for owners and moderators, at most 50.")
    async def pin_message(
        self, context: Context, input: Annotated[marks.PinMessageInput, INPUT]
    ) -> marks.PinMessagePayload | None:
        work = context.services.pins.pin(context.caller, input.message_id)
        return await answered(marks.PinMessagePayload, "message", work)

    @mutation(description="Takes a message from the head of its channel or group; for owners and moderators.")
    async def unpin_message(
        self, context: Context, input: Annotated[marks.UnpinMessageInput, INPUT]
    ) -> marks.UnpinMessagePayload | None:
        work = context.services.pins.unpin(context.caller, input.message_id)
        return await answered(marks.UnpinMessagePayload, "message", work)

    @mutation(
        description="Says how far the grading of a message of a channel is; for the channel's owners and moderators."
    )
    async def set_grading_status(
        self, context: Context, input: Annotated[marks.SetGradingStatusInput, INPUT]
    ) -> marks.SetGradingStatusPayload | None:
        work = context.services.gradings.set_status(context.caller, input.message_id, input.status)
        return await answered(marks.SetGradingStatusPayload, "message", work)

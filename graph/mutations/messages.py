"""Messages."""

from typing import Annotated

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import messages
from graph.types.changes.payloads import INPUT, answered


@strawberry.type
class MessagesMutations:
    @mutation(description="Sends a message to a channel or a conversation: when the answer comes, it is durable.")
    async def send_message(
        self, context: Context, input: Annotated[messages.SendMessageInput, INPUT]
    ) -> messages.SendMessagePayload | None:
        work = context.services.sending.send(context.caller, input.room_id, input.draft(), input.idempotency_key)
        return await answered(messages.SendMessagePayload, "message", work)

    @mutation(description="Replaces what a message says; for its author.")
    async def edit_message(
        self, context: Context, input: Annotated[messages.EditMessageInput, INPUT]
    ) -> messages.EditMessagePayload | None:
        work = context.services.messages.edit(context.caller, input.message_id, input.content, input.revision)
        return await answered(messages.EditMessagePayload, "message", work)

    @mutation(description="Deletes a message for everybody; for its author, and for owners and moderators.")
    async def delete_message(
        self, context: Context, input: Annotated[messages.DeleteMessageInput, INPUT]
    ) -> messages.DeleteMessagePayload | None:
        work = context.services.messages.delete(context.caller, input.message_id)
        return await answered(messages.DeleteMessagePayload, "deleted_message_id", work)

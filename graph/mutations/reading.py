"""Read states, and who is writing."""

from typing import Annotated

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import reading
from graph.types.changes.payloads import INPUT, answered


@strawberry.type
class ReadingMutations:
    @mutation(description="Notes up to which message the viewer has read a room.")
    async def mark_read(
        self, context: Context, input: Annotated[reading.MarkReadInput, INPUT]
    ) -> reading.MarkReadPayload | None:
        work = context.services.reading.mark(context.caller, input.room_id, input.message_id)
        return await answered(reading.MarkReadPayload, "room", work)

    @mutation(description="Tells those who listen to a room that the viewer is writing there: at most once in 3 s.")
    async def start_typing(
        self, context: Context, input: Annotated[reading.StartTypingInput, INPUT]
    ) -> reading.StartTypingPayload | None:
        work = context.services.typists.start(context.caller, input.room_id)
        return await answered(reading.StartTypingPayload, "told", work)

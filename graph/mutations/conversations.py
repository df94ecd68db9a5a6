"""Conversations of two and of groups."""

from typing import Annotated

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import conversations
from graph.types.changes.payloads import INPUT, answered


@strawberry.type
class ConversationsMutations:
    @mutation(description="Begins the conversation with a person, or gives the one that there is.")
    async def start_conversation(
        self, context: Context, input: Annotated[conversations.StartConversationInput, INPUT]
    ) -> conversations.StartConversationPayload | None:
        work = context.services.conversations.start(context.caller, input.user_id)
        return await answered(conversations.StartConversationPayload, "conversation", work)

    @mutation(description="Begins a group, owned by the viewer.")
    async def create_group(
        self, context: Context, input: Annotated[conversations.CreateGroupInput, INPUT]
    ) -> conversations.CreateGroupPayload | None:
        work = context.services.conversations.create_group(
            context.caller, input.name, input.user_ids, input.idempotency_key
        )
        return await answered(conversations.CreateGroupPayload, "conversation", work)

    @mutation(description="Gives a group another name; for its owners.")
    async def rename_group(
        self, context: Context, input: Annotated[conversations.RenameGroupInput, INPUT]
    ) -> conversations.RenameGroupPayload | None:
        work = context.services.groups.rename(context.caller, input.conversation_id, input.name)
        return await answered(conversations.RenameGroupPayload, "conversation", work)

    @mutation(description="Lets somebody into a group; for its owners.")
    async def add_participant(
        self, context: Context, input: Annotated[conversations.AddParticipantInput, INPUT]
    ) -> conversations.AddParticipantPayload | None:
        work = context.services.groups.add(context.caller, input.conversation_id, input.user_id)
        return await answered(conversations.AddParticipantPayload, "conversation", work)

    @mutation(
        description="Takes somebody out of a group, for its owners; oneself, to leave. When the last owner leaves, the "
        "longest-standing member becomes one."
    )
    async def remove_participant(
        self, context: Context, input: Annotated[conversations.RemoveParticipantInput, INPUT]
    ) -> conversations.RemoveParticipantPayload | None:
        work = context.services.groups.remove(context.caller, input.conversation_id, input.user_id)
        return await answered(conversations.RemoveParticipantPayload, "removed_user_id", work)

    @mutation(description="Closes the conversation with a person, to both; they learn that it is closed, and no more.")
    async def block_person(
        self, context: Context, input: Annotated[conversations.BlockPersonInput, INPUT]
    ) -> conversations.BlockPersonPayload | None:
        work = context.services.conversations.block(context.caller, input.user_id)
        return await answered(conversations.BlockPersonPayload, "conversation", work)

    @mutation(description="Takes a block back.")
    async def unblock_person(
        self, context: Context, input: Annotated[conversations.UnblockPersonInput, INPUT]
    ) -> conversations.UnblockPersonPayload | None:
        work = context.services.conversations.unblock(context.caller, input.user_id)
        return await answered(conversations.UnblockPersonPayload, "conversation", work)

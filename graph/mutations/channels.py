"""Channels and who belongs to private ones."""

from typing import Annotated

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import channels
from graph.types.changes.payloads import INPUT, answered


@strawberry.type
class ChannelsMutations:
    @mutation(description="Creates a channel in a workspace.")
    async def create_channel(
        self, context: Context, input: Annotated[channels.CreateChannelInput, INPUT]
    ) -> channels.CreateChannelPayload | None:
        work = context.services.channels.create(
            context.caller, input.workspace_id, input.name, input.topic, input.visibility, input.idempotency_key
        )
        return await answered(channels.CreateChannelPayload, "channel", work)

    @mutation(description="Renames a channel or changes its topic; for owners and moderators.")
    async def update_channel(
        self, context: Context, input: Annotated[channels.UpdateChannelInput, INPUT]
    ) -> channels.UpdateChannelPayload | None:
        work = context.services.channels.update(context.caller, input.channel_id, input.name, input.topic)
        return await answered(channels.UpdateChannelPayload, "channel", work)

    @mutation(description="Closes a channel to all changes, or opens it again; for owners and moderators.")
    async def archive_channel(
        self, context: Context, input: Annotated[channels.ArchiveChannelInput, INPUT]
    ) -> channels.ArchiveChannelPayload | None:
        work = context.services.channels.archive(context.caller, input.channel_id, archived=input.archived)
        return await answered(channels.ArchiveChannelPayload, "channel", work)

    @mutation(description="Lets a member of the workspace into a private channel; for owners and moderators.")
    async def add_channel_member(
        self, context: Context, input: Annotated[channels.AddChannelMemberInput, INPUT]
    ) -> channels.AddChannelMemberPayload | None:
        work = context.services.channels.add_member(context.caller, input.channel_id, input.user_id)
        return await answered(channels.AddChannelMemberPayload, "channel", work)

    @mutation(description="Takes somebody out of a private channel; oneself, to leave.")
    async def remove_channel_member(
        self, context: Context, input: Annotated[channels.RemoveChannelMemberInput, INPUT]
    ) -> channels.RemoveChannelMemberPayload | None:
        work = context.services.channels.remove_member(context.caller, input.channel_id, input.user_id)
        return await answered(channels.RemoveChannelMemberPayload, "removed_user_id", work)

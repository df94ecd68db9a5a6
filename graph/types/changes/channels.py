"""Changing channels and who belongs to them."""

import strawberry

from datasources.records.workspaces import ChannelVisibility
from graph.fields import attribute
from graph.types.changes.payloads import Payload
from graph.types.changes.workspaces import KEY
from graph.types.channels import Channel


@strawberry.input(description="What a channel begins with.")
class CreateChannelInput:
    workspace_id: strawberry.ID = strawberry.field(description="The workspace.")
    name: str = strawberry.field(description="1 to 80 characters; unique in the workspace among channels in use.")
    topic: str | None = strawberry.field(default=None, description="What it is about: at most 250 characters.")
    visibility: ChannelVisibility = strawberry.field(
        default=ChannelVisibility.OPEN, description="Who may read and write it."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The new channel.")
class CreateChannelPayload(Payload):
    channel: Channel | None = attribute("The channel.", None)


@strawberry.input(description="What to change in a channel; what is left out stays.")
class UpdateChannelInput:
    channel_id: strawberry.ID = strawberry.field(description="The channel.")
    name: str | None = strawberry.field(default=None, description="A new name.")
    topic: str | None = strawberry.field(default=None, description="A new topic; empty for none.")


@strawberry.type(description="The changed channel.")
class UpdateChannelPayload(Payload):
    channel: Channel | None = attribute("The channel.", None)


@strawberry.input(description="A channel to close to changes, or to open again.")
class ArchiveChannelInput:
    channel_id: strawberry.ID = strawberry.field(description="The channel.")
    archived: bool = strawberry.field(default=True, description="False opens it again.")


@strawberry.type(description="The archived or reopened channel.")
class ArchiveChannelPayload(Payload):
    channel: Channel | None = attribute("The channel.", None)


@strawberry.input(description="Somebody to let into a private channel.")
class AddChannelMemberInput:
    channel_id: strawberry.ID = strawberry.field(description="The private channel.")
    user_id: strawberry.ID = strawberry.field(description="A member of its workspace.")


@strawberry.type(description="The channel with that member.")
class AddChannelMemberPayload(Payload):
    channel: Channel | None = attribute("The channel.", None)


@strawberry.input(description="Somebody to take out of a private channel.")
class RemoveChannelMemberInput:
    channel_id: strawberry.ID = strawberry.field(description="The private channel.")
    user_id: strawberry.ID = strawberry.field(description="The member; the viewer themself to leave.")


@strawberry.type(description="The end of a membership in a channel.")
class RemoveChannelMemberPayload(Payload):
    removed_user_id: strawberry.ID | None = attribute("Who is no member any more.", None)

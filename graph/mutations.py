"""Where changing begins. Each field is nullable, so that one failure leaves its neighbours' answers standing."""

from typing import Annotated, Any

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import channels, identity, messages, workspaces
from graph.types.changes.payloads import answered, problems
from resolvers.errors import Refused
from resolvers.identity import SignedIn

_INPUT = strawberry.argument(description="What to do.")


def _signed_in(context: Context, signed_in: SignedIn) -> dict[str, Any]:
    """What both ways of signing in answer; the transport hands the token to a browser as a cookie too."""
    context.session_token = signed_in.token
    context.become(signed_in.viewer)
    return {"token": signed_in.token, "user": signed_in.user, "user_errors": []}


@strawberry.type(description="Where changing begins.")
class Mutation:
    @mutation(description="Makes an account and signs in.")
    async def sign_up(
        self, context: Context, input: Annotated[identity.SignUpInput, _INPUT]
    ) -> identity.SignUpPayload | None:
        try:
            signed_in = await context.services.identity.sign_up(
                input.email, input.password, input.name, context.caller.user_agent, context.caller.address
            )
        except Refused as refused:
            return identity.SignUpPayload(user_errors=problems(refused))
        return identity.SignUpPayload(**_signed_in(context, signed_in))

    @mutation(description="Begins a session.")
    async def sign_in(
        self, context: Context, input: Annotated[identity.SignInInput, _INPUT]
    ) -> identity.SignInPayload | None:
        try:
            signed_in = await context.services.identity.sign_in(
                input.email, input.password, context.caller.user_agent, context.caller.address
            )
        except Refused as refused:
            return identity.SignInPayload(user_errors=problems(refused))
        return identity.SignInPayload(**_signed_in(context, signed_in))

    @mutation(description="Ends this session.")
    async def sign_out(self, context: Context) -> identity.SignOutPayload | None:
        await context.services.identity.sign_out(context.caller.signed_in())
        context.session_token = ""
        context.become(None)
        return identity.SignOutPayload(ended=1, user_errors=[])

    @mutation(description="Ends all sessions of the viewer, on every device.")
    async def sign_out_everywhere(self, context: Context) -> identity.SignOutPayload | None:
        ended = await context.services.identity.sign_out_everywhere(context.caller.signed_in())
        context.session_token = ""
        context.become(None)
        return identity.SignOutPayload(ended=ended, user_errors=[])

    @mutation(description="Creates a workspace, owned by the viewer.")
    async def create_workspace(
        self, context: Context, input: Annotated[workspaces.CreateWorkspaceInput, _INPUT]
    ) -> workspaces.CreateWorkspacePayload | None:
        work = context.services.workspaces.create(context.caller, input.name, input.description, input.idempotency_key)
        return await answered(workspaces.CreateWorkspacePayload, "workspace", work)

    @mutation(description="Gives a workspace a new name and description; for its owners and moderators.")
    async def rename_workspace(
        self, context: Context, input: Annotated[workspaces.RenameWorkspaceInput, _INPUT]
    ) -> workspaces.RenameWorkspacePayload | None:
        work = context.services.workspaces.rename(context.caller, input.workspace_id, input.name, input.description)
        return await answered(workspaces.RenameWorkspacePayload, "workspace", work)

    @mutation(description="Closes a workspace to all changes, or opens it again; for its owners.")
    async def archive_workspace(
        self, context: Context, input: Annotated[workspaces.ArchiveWorkspaceInput, _INPUT]
    ) -> workspaces.ArchiveWorkspacePayload | None:
        work = context.services.workspaces.archive(context.caller, input.workspace_id, archived=input.archived)
        return await answered(workspaces.ArchiveWorkspacePayload, "workspace", work)

    @mutation(description="Gives a member another role; for owners.")
    async def set_member_role(
        self, context: Context, input: Annotated[workspaces.SetMemberRoleInput, _INPUT]
    ) -> workspaces.SetMemberRolePayload | None:
        work = context.services.workspaces.set_role(context.caller, input.workspace_id, input.user_id, input.role)
        return await answered(workspaces.SetMemberRolePayload, "member", work)

    @mutation(description="Takes a member out of a workspace and its private channels; oneself, to leave.")
    async def remove_member(
        self, context: Context, input: Annotated[workspaces.RemoveMemberInput, _INPUT]
    ) -> workspaces.RemoveMemberPayload | None:
        work = context.services.workspaces.remove_member(context.caller, input.workspace_id, input.user_id)
        return await answered(workspaces.RemoveMemberPayload, "removed_user_id", work)

    @mutation(description="Makes a code that lets others join; for owners and moderators.")
    async def create_invitation(
        self, context: Context, input: Annotated[workspaces.CreateInvitationInput, _INPUT]
    ) -> workspaces.CreateInvitationPayload | None:
        try:
            made: Any = await context.services.workspaces.invite(
                context.caller, input.workspace_id, input.role, input.uses, input.hours
            )
        except Refused as refused:
            return workspaces.CreateInvitationPayload(user_errors=problems(refused))
        return workspaces.CreateInvitationPayload(invitation=made.invitation, code=made.code, user_errors=[])

    @mutation(description="Joins the workspace of an invitation.")
    async def accept_invitation(
        self, context: Context, input: Annotated[workspaces.AcceptInvitationInput, _INPUT]
    ) -> workspaces.AcceptInvitationPayload | None:
        work = context.services.workspaces.accept_invitation(context.caller, input.code)
        return await answered(workspaces.AcceptInvitationPayload, "workspace", work)

    @mutation(description="Ends an invitation; for owners and moderators.")
    async def revoke_invitation(
        self, context: Context, input: Annotated[workspaces.RevokeInvitationInput, _INPUT]
    ) -> workspaces.RevokeInvitationPayload | None:
        work = context.services.workspaces.revoke_invitation(context.caller, input.invitation_id)
        return await answered(workspaces.RevokeInvitationPayload, "invitation", work)

    @mutation(description="Creates a channel in a workspace.")
    async def create_channel(
        self, context: Context, input: Annotated[channels.CreateChannelInput, _INPUT]
    ) -> channels.CreateChannelPayload | None:
        work = context.services.channels.create(
            context.caller, input.workspace_id, input.name, input.topic, input.visibility, input.idempotency_key
        )
        return await answered(channels.CreateChannelPayload, "channel", work)

    @mutation(description="Renames a channel or changes its topic; for owners and moderators.")
    async def update_channel(
        self, context: Context, input: Annotated[channels.UpdateChannelInput, _INPUT]
    ) -> channels.UpdateChannelPayload | None:
        work = context.services.channels.update(context.caller, input.channel_id, input.name, input.topic)
        return await answered(channels.UpdateChannelPayload, "channel", work)

    @mutation(description="Closes a channel to all changes, or opens it again; for owners and moderators.")
    async def archive_channel(
        self, context: Context, input: Annotated[channels.ArchiveChannelInput, _INPUT]
    ) -> channels.ArchiveChannelPayload | None:
        work = context.services.channels.archive(context.caller, input.channel_id, archived=input.archived)
        return await answered(channels.ArchiveChannelPayload, "channel", work)

    @mutation(description="Lets a member of the workspace into a private channel; for owners and moderators.")
    async def add_channel_member(
        self, context: Context, input: Annotated[channels.AddChannelMemberInput, _INPUT]
    ) -> channels.AddChannelMemberPayload | None:
        work = context.services.channels.add_member(context.caller, input.channel_id, input.user_id)
        return await answered(channels.AddChannelMemberPayload, "channel", work)

    @mutation(description="Takes somebody out of a private channel; oneself, to leave.")
    async def remove_channel_member(
        self, context: Context, input: Annotated[channels.RemoveChannelMemberInput, _INPUT]
    ) -> channels.RemoveChannelMemberPayload | None:
        work = context.services.channels.remove_member(context.caller, input.channel_id, input.user_id)
        return await answered(channels.RemoveChannelMemberPayload, "removed_user_id", work)

    @mutation(description="Sends a message: when the answer comes, it is durable.")
    async def send_message(
        self, context: Context, input: Annotated[messages.SendMessageInput, _INPUT]
    ) -> messages.SendMessagePayload | None:
        work = context.services.messages.send(context.caller, input.channel_id, input.content, input.idempotency_key)
        return await answered(messages.SendMessagePayload, "message", work)

    @mutation(description="Replaces what a message says; for its author.")
    async def edit_message(
        self, context: Context, input: Annotated[messages.EditMessageInput, _INPUT]
    ) -> messages.EditMessagePayload | None:
        work = context.services.messages.edit(context.caller, input.message_id, input.content, input.revision)
        return await answered(messages.EditMessagePayload, "message", work)

    @mutation(description="Deletes a message for everybody; for its author, owners and moderators.")
    async def delete_message(
        self, context: Context, input: Annotated[messages.DeleteMessageInput, _INPUT]
    ) -> messages.DeleteMessagePayload | None:
        work = context.services.messages.delete(context.caller, input.message_id)
        return await answered(messages.DeleteMessagePayload, "deleted_message_id", work)

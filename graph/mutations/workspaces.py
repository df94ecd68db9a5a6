"""Workspaces, their members and invitations."""

from typing import Annotated, Any

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import workspaces
from graph.types.changes.payloads import INPUT, answered, problems
from resolvers.errors import Refused


@strawberry.type
class WorkspacesMutations:
    @mutation(description="Creates a workspace, owned by the viewer.")
    async def create_workspace(
        self, context: Context, input: Annotated[workspaces.CreateWorkspaceInput, INPUT]
    ) -> workspaces.CreateWorkspacePayload | None:
        work = context.services.workspaces.create(context.caller, input.name, input.description, input.idempotency_key)
        return await answered(workspaces.CreateWorkspacePayload, "workspace", work)

    @mutation(description="Gives a workspace a new name and description; for its owners and moderators.")
    async def rename_workspace(
        self, context: Context, input: Annotated[workspaces.RenameWorkspaceInput, INPUT]
    ) -> workspaces.RenameWorkspacePayload | None:
        work = context.services.workspaces.rename(context.caller, input.workspace_id, input.name, input.description)
        return await answered(workspaces.RenameWorkspacePayload, "workspace", work)

    @mutation(description="Closes a workspace to all changes, or opens it again; for its owners.")
    async def archive_workspace(
        self, context: Context, input: Annotated[workspaces.ArchiveWorkspaceInput, INPUT]
    ) -> workspaces.ArchiveWorkspacePayload | None:
        work = context.services.workspaces.archive(context.caller, input.workspace_id, archived=input.archived)
        return await answered(workspaces.ArchiveWorkspacePayload, "workspace", work)

    @mutation(description="Gives a member another role; for owners.")
    async def set_member_role(
        self, context: Context, input: Annotated[workspaces.SetMemberRoleInput, INPUT]
    ) -> workspaces.SetMemberRolePayload | None:
        work = context.services.workspaces.set_role(context.caller, input.workspace_id, input.user_id, input.role)
        return await answered(workspaces.SetMemberRolePayload, "member", work)

    @mutation(description="Takes a member out of a workspace and its private channels; oneself, to leave.")
    async def remove_member(
        self, context: Context, input: Annotated[workspaces.RemoveMemberInput, INPUT]
    ) -> workspaces.RemoveMemberPayload | None:
        work = context.services.workspaces.remove_member(context.caller, input.workspace_id, input.user_id)
        return await answered(workspaces.RemoveMemberPayload, "removed_user_id", work)

    @mutation(description="Makes a code that lets others join; for owners and moderators.")
    async def create_invitation(
        self, context: Context, input: Annotated[workspaces.CreateInvitationInput, INPUT]
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
        self, context: Context, input: Annotated[workspaces.AcceptInvitationInput, INPUT]
    ) -> workspaces.AcceptInvitationPayload | None:
        work = context.services.workspaces.accept_invitation(context.caller, input.code)
        return await answered(workspaces.AcceptInvitationPayload, "workspace", work)

    @mutation(description="Ends an invitation; for owners and moderators.")
    async def revoke_invitation(
        self, context: Context, input: Annotated[workspaces.RevokeInvitationInput, INPUT]
    ) -> workspaces.RevokeInvitationPayload | None:
        work = context.services.workspaces.revoke_invitation(context.caller, input.invitation_id)
        return await answered(workspaces.RevokeInvitationPayload, "invitation", work)

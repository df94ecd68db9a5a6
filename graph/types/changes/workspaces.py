"""Changing workspaces, their members and invitations."""

import strawberry

from datasources.records.workspaces import MemberRole
from graph.fields import attribute
from graph.types.changes.payloads import Payload
from graph.types.workspaces import Invitation, Workspace, WorkspaceMember

KEY = "Any text of 1 to 128 characters: the same key with the same input creates one thing, for 24 hours."


@strawberry.input(description="What a workspace begins with.")
class CreateWorkspaceInput:
    name: str = strawberry.field(description="1 to 80 characters.")
    description: str | None = strawberry.field(default=None, description="What it is for: at most 1,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The new workspace, owned by the viewer.")
class CreateWorkspacePayload(Payload):
    workspace: Workspace | None = attribute("The workspace.", None)


@strawberry.input(description="A workspace's new name and description.")
class RenameWorkspaceInput:
    workspace_id: strawberry.ID = strawberry.field(description="The workspace.")
    name: str = strawberry.field(description="1 to 80 characters.")
    description: str | None = strawberry.field(default=None, description="What it is for; null or empty for none.")


@strawberry.type(description="The renamed workspace.")
class RenameWorkspacePayload(Payload):
    workspace: Workspace | None = attribute("The workspace.", None)


@strawberry.input(description="A workspace to close to changes, or to open again.")
class ArchiveWorkspaceInput:
    workspace_id: strawberry.ID = strawberry.field(description="The workspace.")
    archived: bool = strawberry.field(default=True, description="False opens it again.")


@strawberry.type(description="The archived or reopened workspace.")
class ArchiveWorkspacePayload(Payload):
    workspace: Workspace | None = attribute("The workspace.", None)


@strawberry.input(description="A member's new role.")
class SetMemberRoleInput:
    workspace_id: strawberry.ID = strawberry.field(description="The workspace.")
    user_id: strawberry.ID = strawberry.field(description="The member.")
    role: MemberRole = strawberry.field(description="What they may do from now on.")


@strawberry.type(description="The member with the new role.")
class SetMemberRolePayload(Payload):
    member: WorkspaceMember | None = attribute("The membership.", None)


@strawberry.input(description="Somebody to take out of a workspace.")
class RemoveMemberInput:
    workspace_id: strawberry.ID = strawberry.field(description="The workspace.")
    user_id: strawberry.ID = strawberry.field(description="The member; the viewer themself to leave.")


@strawberry.type(description="The workspace without that member.")
class RemoveMemberPayload(Payload):
    removed_user_id: strawberry.ID | None = attribute("Who is no member any more.", None)


@strawberry.input(description="What an invitation gives, and for how long.")
class CreateInvitationInput:
    workspace_id: strawberry.ID = strawberry.field(description="The workspace.")
    role: MemberRole = strawberry.field(
        default=MemberRole.MEMBER, description="What those who join with it may do; at most what the viewer may."
    )
    uses: int = strawberry.field(default=1, description="How many people may join with it: 1 to 10,000.")
    hours: int = strawberry.field(default=72, description="How long it lasts: 1 to 2,160 hours.")


@strawberry.type(description="The invitation with its code.")
class CreateInvitationPayload(Payload):
    invitation: Invitation | None = attribute("The invitation.", None)
    code: str | None = attribute("What others join with. It is shown this once.", None)


@strawberry.input(description="A code to join with.")
class AcceptInvitationInput:
    code: str = strawberry.field(description="The invitation's code.")


@strawberry.type(description="The workspace that was joined.")
class AcceptInvitationPayload(Payload):
    workspace: Workspace | None = attribute("The workspace.", None)


@strawberry.input(description="An invitation to end.")
class RevokeInvitationInput:
    invitation_id: strawberry.ID = strawberry.field(description="The invitation.")


@strawberry.type(description="The ended invitation.")
class RevokeInvitationPayload(Payload):
    invitation: Invitation | None = attribute("The invitation.", None)

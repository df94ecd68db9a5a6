"""Workspaces, their members and invitations. Source: document 000."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from datasources.errors import Conflict, NotFound
from datasources.records.ids import InvitationId, UserId, new_invitation_id, new_workspace_id
from datasources.records.workspaces import Invitation, MemberRole, Workspace, WorkspaceMember
from datasources.stores import Stores
from resolvers.access import open_workspace_of, well_formed, workspace_of
from resolvers.belonging import tell_belonging
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.creation import claimed_id
from resolvers.errors import ProblemCode, refusal
from resolvers.permissions import may_invite_as, may_moderate_workspace, may_own_workspace, may_remove_member
from resolvers.recording import Recorder
from resolvers.validation import Validation
from resolvers.watch import AccessChange, Announce

NAME_MAXIMUM: Final = 80
DESCRIPTION_MAXIMUM: Final = 1_000
INVITATION_USES_MAXIMUM: Final = 10_000
INVITATION_HOURS_MAXIMUM: Final = 24 * 90


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation with its code, which is shown this once."""

    invitation: Invitation
    code: str


class Workspaces:
    def __init__(self, stores: Stores, recorder: Recorder, announce: Announce) -> None:
        self._stores = stores
        self._recorder = recorder
        self._announce = announce

    async def create(
        self, caller: Caller, name: str, description: str | None, idempotency_key: str | None
    ) -> Workspace:
        """Creates a workspace, owned by the caller."""
        name, description = _described(name, description)
        user_id = caller.user_id
        workspace_id, again = await claimed_id(
            self._stores.creation_claims,
            caller,
            "createWorkspace",
            idempotency_key,
            new_workspace_id(),
            name,
            description,
        )
        moment = now()
        workspace = Workspace(workspace_id, name, description, user_id, moment, None)
        owner = WorkspaceMember(workspace_id, user_id, MemberRole.OWNER, moment)
        created = await self._stores.workspaces.create(workspace, owner)
        caller.loaders.forget()
        if not again:
            await tell_belonging(self._recorder, workspace_id, {user_id: owner.role.value})
        # Whoever made it may have left it since.
        return (await workspace_of(caller, workspace_id, "idempotencyKey"))[0] if again else created

    async def rename(self, caller: Caller, workspace: str, name: str, description: str | None) -> Workspace:
        name, description = _described(name, description)
        found, member = await open_workspace_of(caller, workspace, "workspaceId")
        if not may_moderate_workspace(member):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners and moderators may rename a workspace.", "workspaceId")
        renamed = await self._stores.workspaces.rename(found.id, name, description)
        caller.loaders.forget()
        return renamed

    async def archive(self, caller: Caller, workspace: str, *, archived: bool) -> Workspace:
        """Closes a workspace to all changes, or opens it again; it stays readable to its members."""
        found, member = await workspace_of(caller, workspace, "workspaceId")
        if not may_own_workspace(member):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners may archive a workspace.", "workspaceId")
        changed = found
        if (found.archived_at is not None) != archived:
            changed = await self._stores.workspaces.archive(found.id, now() if archived else None)
            caller.loaders.forget()
        if archived:
            await self._announce(AccessChange(workspace_id=found.id))
        return changed

    async def set_role(self, caller: Caller, workspace: str, user: str, role: MemberRole) -> WorkspaceMember:
        found, member = await open_workspace_of(caller, workspace, "workspaceId")
        user_id = UserId(well_formed("usr", user))
        if not may_own_workspace(member):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners decide on roles.", "workspaceId")
        try:
            changed = await self._stores.memberships.set_role(found.id, user_id, role)
        except NotFound as missing:
            raise refusal(ProblemCode.NOT_FOUND, "This person is not a member.", "userId") from missing
        except Conflict as conflict:
            raise refusal(ProblemCode.CONFLICT, "A workspace needs an owner.", "role") from conflict
        caller.loaders.forget()
        await tell_belonging(self._recorder, found.id, {user_id: changed.role.value})
        return changed

    async def remove_member(self, caller: Caller, workspace: str, user: str) -> UserId:
        """Removes a member, or the caller: from the workspace and its private channels. Gives who was removed."""
        found, member = await workspace_of(caller, workspace, "workspaceId")
        user_id = UserId(well_formed("usr", user))
        other = (await self._stores.memberships.roles([(found.id, user_id)]))[0]
        if other is None:
            raise refusal(ProblemCode.NOT_FOUND, "This person is not a member.", "userId")
        if not may_remove_member(member, other):
            raise refusal(ProblemCode.FORBIDDEN, "You may not remove this member.", "userId")
        try:
            await self._stores.memberships.remove(found.id, user_id)
        except Conflict as conflict:
            raise refusal(ProblemCode.CONFLICT, "A workspace needs an owner.", "userId") from conflict
        caller.loaders.forget()
        await self._announce(AccessChange(user_id=user_id, workspace_id=found.id))
        await tell_belonging(self._recorder, found.id, {user_id: None})
        return user_id

    async def invite(self, caller: Caller, workspace: str, role: MemberRole, uses: int, hours: int) -> NewInvitation:
        """Makes a code that lets whoever holds it join, `uses` times within `hours`."""
        validation = Validation()
        if not 1 <= uses <= INVITATION_USES_MAXIMUM:
            validation.refuse(ProblemCode.INVALID, f"Must be from 1 to {INVITATION_USES_MAXIMUM:,}.", "uses")
        if not 1 <= hours <= INVITATION_HOURS_MAXIMUM:
            validation.refuse(ProblemCode.INVALID, f"Must be from 1 to {INVITATION_HOURS_MAXIMUM:,}.", "hours")
        validation.done()
        found, member = await open_workspace_of(caller, workspace, "workspaceId")
        if not may_invite_as(member, role):
            raise refusal(ProblemCode.FORBIDDEN, "You may not invite people with this role.", "role")
        code = secrets.token_urlsafe(18)
        moment = now()
        invitation = Invitation(
            id=new_invitation_id(),
            workspace_id=found.id,
            code_digest=_digest(code),
            role=role,
            created_by=caller.user_id,
            created_at=moment,
            expires_at=moment + timedelta(hours=hours),
            uses_left=uses,
            revoked_at=None,
        )
        await self._stores.invitations.create(invitation)
        return NewInvitation(invitation, code)

    async def accept_invitation(self, caller: Caller, code: str) -> Workspace:
        """Joins the workspace of this code; who is a member already keeps their role, and no place is used up."""
        user_id = caller.user_id
        invitation = await self._stores.invitations.by_digest(_digest(code), now())
        if invitation is None:
            raise refusal(ProblemCode.EXPIRED, "This invitation is unknown, used up or has expired.", "code")
        if not await self._maker_may_still_invite(invitation):
            raise refusal(ProblemCode.EXPIRED, "This invitation is unknown, used up or has expired.", "code")
        workspace = (await self._stores.workspaces.by_ids([invitation.workspace_id]))[0]
        if workspace is None or workspace.archived_at is not None:
            raise refusal(ProblemCode.CLOSED, "This workspace is archived.", "code")
        member = (await self._stores.memberships.roles([(workspace.id, user_id)]))[0]
        if member is None:
            redeemed = await self._stores.invitations.redeem(invitation.code_digest, user_id, now())
            if redeemed is None:
                raise refusal(ProblemCode.EXPIRED, "This invitation is unknown, used up or has expired.", "code")
            member = WorkspaceMember(workspace.id, user_id, redeemed.role, now())
            await self._stores.memberships.add(member)
            caller.loaders.forget()
        # Whoever is a member already is told again: an earlier attempt may have failed in between.
        await tell_belonging(self._recorder, workspace.id, {user_id: member.role.value})
        return workspace

    async def _maker_may_still_invite(self, invitation: Invitation) -> bool:
        """An invitation outlives neither its maker's membership nor their right to invite with its role."""
        maker = (await self._stores.memberships.roles([(invitation.workspace_id, invitation.created_by)]))[0]
        return maker is not None and may_invite_as(maker, invitation.role)

    async def revoke_invitation(self, caller: Caller, invitation: str) -> Invitation:
        invitation_id = InvitationId(well_formed("inv", invitation))
        caller.signed_in()
        found = await self._stores.invitations.by_id(invitation_id)
        missing = refusal(ProblemCode.NOT_FOUND, "There is no such invitation.", "invitationId")
        if found is None:
            raise missing
        member = (await self._stores.memberships.roles([(found.workspace_id, caller.user_id)]))[0]
        if member is None:
            raise missing
        if not may_moderate_workspace(member):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners and moderators may revoke one.", "invitationId")
        return await self._stores.invitations.revoke(found.id, now())


def _described(name: str, description: str | None) -> tuple[str, str | None]:
    validation = Validation()
    name = validation.line("name", name, 1, NAME_MAXIMUM)
    if description is not None:
        description = validation.block("description", description, 0, DESCRIPTION_MAXIMUM) or None
    validation.done()
    return name, description


def _digest(code: str) -> str:
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()

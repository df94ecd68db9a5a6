"""Invitations to workspaces. Source: document 000."""

from datetime import datetime, timedelta
from typing import Any, Final

from beanie import UpdateResponse

from datasources.errors import NotFound
from datasources.mongo.client import Fields, Mongo
from datasources.mongo.documents.workspaces import InvitationDocument
from datasources.records.ids import InvitationId, UserId, WorkspaceId
from datasources.records.workspaces import Invitation

SAME_ACCEPTANCE: Final = timedelta(seconds=10)
"""Within this time one person's redemptions of an invitation are repetitions of one: none takes longer."""
REDEMPTIONS_KNOWN: Final = 100


class MongoInvitations:
    """Implements `InvitationStore`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def create(self, invitation: Invitation) -> None:
        model = await self._mongo.model(InvitationDocument)
        document = model(
            id=invitation.id,
            workspace_id=invitation.workspace_id,
            code_digest=invitation.code_digest,
            role=invitation.role,
            created_by=invitation.created_by,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            uses_left=invitation.uses_left,
            revoked_at=invitation.revoked_at,
        )
        with self._mongo.statement():
            await document.insert()

    async def by_id(self, invitation_id: InvitationId) -> Invitation | None:
        return await self._find({"_id": invitation_id})

    async def by_digest(self, code_digest: str, at: datetime) -> Invitation | None:
        return await self._find(_valid(code_digest, at))

    async def redeem(self, code_digest: str, user_id: UserId, at: datetime) -> Invitation | None:
        just_now: Fields = {"$elemMatch": {"user_id": user_id, "at": {"$gt": at - SAME_ACCEPTANCE}}}
        redeemed = await self._change(
            {**_valid(code_digest, at), "redeemed": {"$not": just_now}},
            {
                "$inc": {"uses_left": -1},
                "$push": {"redeemed": {"$each": [{"user_id": user_id, "at": at}], "$slice": -REDEMPTIONS_KNOWN}},
            },
        )
        # Where the last place is used up, it may be by this person, a moment ago.
        return redeemed or await self._find({**_unended(code_digest, at), "redeemed": just_now})

    async def revoke(self, invitation_id: InvitationId, at: datetime) -> Invitation:
        revoked = await self._change({"_id": invitation_id, "revoked_at": None}, {"$set": {"revoked_at": at}})
        # It may have been revoked before: then that stands.
        revoked = revoked or await self.by_id(invitation_id)
        if revoked is None:
            raise NotFound("there is no such invitation")
        return revoked

    async def _find(self, query: Fields) -> Invitation | None:
        model = await self._mongo.model(InvitationDocument)
        with self._mongo.statement():
            return _invitation_of(await model.find_one(query))

    async def _change(self, query: Fields, change: Fields) -> Invitation | None:
        model = await self._mongo.model(InvitationDocument)
        with self._mongo.statement():
            changed: Any = await model.find_one(query).update(change, response_type=UpdateResponse.NEW_DOCUMENT)
        return _invitation_of(changed)


def _valid(code_digest: str, at: datetime) -> Fields:
    return {**_unended(code_digest, at), "uses_left": {"$gt": 0}}


def _unended(code_digest: str, at: datetime) -> Fields:
    return {"code_digest": code_digest, "expires_at": {"$gt": at}, "revoked_at": None}


def _invitation_of(document: InvitationDocument | None) -> Invitation | None:
    if document is None:
        return None
    return Invitation(
        id=InvitationId(document.id),
        workspace_id=WorkspaceId(document.workspace_id),
        code_digest=document.code_digest,
        role=document.role,
        created_by=UserId(document.created_by),
        created_at=document.created_at,
        expires_at=document.expires_at,
        uses_left=document.uses_left,
        revoked_at=document.revoked_at,
    )

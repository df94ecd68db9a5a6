"""Invitations as their Protocol says: a place is used up once, whoever comes at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from datasources.errors import NotFound
from datasources.records.ids import new_invitation_id, new_user_id
from datasources.records.workspaces import Invitation, MemberRole
from tests.datasources.mongo.scenes import Scene, now


async def invitation_in(scene: Scene, *, uses: int = 1, hours: int = 1) -> Invitation:
    invitation = Invitation(
        id=(invitation_id := new_invitation_id()),
        workspace_id=scene.workspace.id,
        code_digest="digest of " + invitation_id,
        role=MemberRole.MODERATOR,
        created_by=scene.owner.user_id,
        created_at=now(),
        expires_at=now() + timedelta(hours=hours),
        uses_left=uses,
        revoked_at=None,
    )
    await scene.invitations.create(invitation)
    return invitation


async def test_an_invitation_is_read_as_it_was_created(scene: Scene) -> None:
    invitation = await invitation_in(scene)
    assert await scene.invitations.by_id(invitation.id) == invitation
    assert await scene.invitations.by_digest(invitation.code_digest, now()) == invitation
    assert await scene.invitations.by_id(new_invitation_id()) is None
    assert await scene.invitations.by_digest("unknown", now()) is None


async def test_each_use_takes_one_place(scene: Scene) -> None:
    invitation = await invitation_in(scene, uses=2)
    assert await scene.invitations.redeem(invitation.code_digest, new_user_id(), now()) == replace(
        invitation, uses_left=1
    )
    assert await scene.invitations.redeem(invitation.code_digest, new_user_id(), now()) == replace(
        invitation, uses_left=0
    )
    assert await scene.invitations.redeem(invitation.code_digest, new_user_id(), now()) is None
    assert await scene.invitations.by_digest(invitation.code_digest, now()) is None


async def test_of_twenty_at_once_the_last_places_go_to_as_many(scene: Scene) -> None:
    for uses in (1, 3):
        invitation = await invitation_in(scene, uses=uses)
        redeemed = await asyncio.gather(
            *(scene.invitations.redeem(invitation.code_digest, new_user_id(), now()) for _ in range(20))
        )
        assert sorted(each.uses_left for each in redeemed if each is not None) == list(range(uses))


async def test_of_one_person_at_once_one_place_is_used_up(scene: Scene) -> None:
    for uses in (1, 5):
        invitation, user_id = await invitation_in(scene, uses=uses), new_user_id()
        attempts = (scene.invitations.redeem(invitation.code_digest, user_id, now()) for _ in range(10))
        assert all(await asyncio.gather(*attempts))
        standing = await scene.invitations.by_id(invitation.id)
        assert standing is not None
        assert standing.uses_left == uses - 1


async def test_a_later_redemption_by_the_same_person_is_another_one(scene: Scene) -> None:
    invitation, user_id = await invitation_in(scene, uses=2), new_user_id()
    later = [now() + timedelta(seconds=seconds) for seconds in (0, 30, 60)]
    redeemed = [await scene.invitations.redeem(invitation.code_digest, user_id, at) for at in later]
    assert [None if each is None else each.uses_left for each in redeemed] == [1, 0, None]


async def test_an_expired_invitation_is_not_valid(scene: Scene) -> None:
    invitation = await invitation_in(scene)
    assert await scene.invitations.by_digest(invitation.code_digest, invitation.expires_at) is None
    assert await scene.invitations.redeem(invitation.code_digest, new_user_id(), invitation.expires_at) is None
    assert await scene.invitations.by_id(invitation.id) == invitation


async def test_a_revoked_invitation_is_not_valid(scene: Scene) -> None:
    invitation = await invitation_in(scene)
    revoked = await scene.invitations.revoke(invitation.id, at := now())
    assert revoked == replace(invitation, revoked_at=at)
    assert await scene.invitations.revoke(invitation.id, at + timedelta(hours=1)) == revoked
    assert await scene.invitations.redeem(invitation.code_digest, new_user_id(), now()) is None
    with pytest.raises(NotFound):
        await scene.invitations.revoke(new_invitation_id(), at)

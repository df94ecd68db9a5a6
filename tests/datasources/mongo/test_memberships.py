"""Members as their Protocol says; above all: a workspace always has an owner."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from datasources.errors import Conflict, NotFound
from datasources.mongo.owners import Owners
from datasources.records.ids import ChannelId, UserId, new_channel_id, new_user_id
from datasources.records.pages import Page, PageArguments
from datasources.records.workspaces import ChannelVisibility, MemberRole, WorkspaceMember
from tests.datasources.mongo.scenes import Scene, assert_pages_are_those_of, counted, now

ROUNDS = 10


async def test_adding_again_changes_nothing(scene: Scene) -> None:
    member = await scene.join(MemberRole.MODERATOR)
    assert not await scene.memberships.add(replace(member, role=MemberRole.OWNER))
    assert await scene.memberships.roles([(scene.workspace.id, member.user_id)]) == [member]


async def test_one_of_many_who_add_at_once_succeeds(scene: Scene) -> None:
    member = WorkspaceMember(scene.workspace.id, new_user_id(), MemberRole.MEMBER, scene.owner.joined_at)
    added = await asyncio.gather(*(scene.memberships.add(member) for _ in range(10)))
    assert sorted(added) == [*[False] * 9, True]


async def test_roles_answer_in_the_order_of_their_keys(scene: Scene) -> None:
    member, stranger = await scene.join(), new_user_id()
    users = [member.user_id, stranger, scene.owner.user_id, member.user_id]
    keys = [(scene.workspace.id, user_id) for user_id in users]
    assert await scene.memberships.roles(keys) == [member, None, scene.owner, member]
    assert await scene.memberships.roles([]) == []


async def test_pages_are_those_of_a_plain_list(scene: Scene) -> None:
    members = sorted([scene.owner, *[await scene.join() for _ in range(3)]], key=lambda each: each.user_id)

    async def read(arguments: Sequence[PageArguments]) -> list[Page[WorkspaceMember]]:
        return await scene.memberships.pages([(scene.workspace.id, each) for each in arguments])

    await assert_pages_are_those_of([(each.user_id, each) for each in members], read, "usr_0", "usr_f")


async def test_a_role_is_changed(scene: Scene) -> None:
    member = await scene.join()
    for role in (MemberRole.MODERATOR, MemberRole.OWNER, MemberRole.OWNER, MemberRole.MEMBER):
        changed = await scene.memberships.set_role(scene.workspace.id, member.user_id, role)
        assert changed == replace(member, role=role)
        assert (member.user_id in await scene.owners()) == (role is MemberRole.OWNER)
    with pytest.raises(NotFound):
        await scene.memberships.set_role(scene.workspace.id, new_user_id(), MemberRole.OWNER)


async def test_the_last_owner_stays(scene: Scene) -> None:
    await scene.join()
    for role in (MemberRole.MEMBER, MemberRole.MODERATOR):
        with pytest.raises(Conflict):
            await scene.memberships.set_role(scene.workspace.id, scene.owner.user_id, role)
    with pytest.raises(Conflict):
        await scene.memberships.remove(scene.workspace.id, scene.owner.user_id)
    assert await scene.owners() == [scene.owner.user_id]


async def test_of_two_owners_who_leave_at_once_one_stays(scene: Scene) -> None:
    for leave_first in (True, False):
        for _ in range(ROUNDS):
            (first,) = await scene.owners()
            second = (await scene.join(MemberRole.OWNER)).user_id
            demote = scene.memberships.set_role(scene.workspace.id, second, MemberRole.MEMBER)
            leave = scene.memberships.remove(scene.workspace.id, second)
            other, unused = (leave, demote) if leave_first else (demote, leave)
            unused.close()
            outcomes = await asyncio.gather(
                scene.memberships.remove(scene.workspace.id, first), other, return_exceptions=True
            )
            assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True], outcomes
            assert len(await scene.owners()) == 1


async def test_many_changes_of_owners_at_once_leave_one_at_least(scene: Scene) -> None:
    people = [scene.owner.user_id, *[(await scene.join(MemberRole.OWNER)).user_id for _ in range(3)]]
    for _ in range(ROUNDS):
        outcomes = await asyncio.gather(
            *(scene.memberships.set_role(scene.workspace.id, each, MemberRole.MEMBER) for each in people),
            *(scene.memberships.set_role(scene.workspace.id, each, MemberRole.OWNER) for each in people[:2]),
            return_exceptions=True,
        )
        assert {type(outcome) for outcome in outcomes} <= {WorkspaceMember, Conflict}, outcomes
        assert await scene.owners()


async def test_a_removal_beside_a_promotion_leaves_no_owner_who_is_no_member(scene: Scene) -> None:
    for _ in range(ROUNDS):
        member = await scene.join()
        outcomes = await asyncio.gather(
            scene.memberships.set_role(scene.workspace.id, member.user_id, MemberRole.OWNER),
            scene.memberships.remove(scene.workspace.id, member.user_id),
            return_exceptions=True,
        )
        assert outcomes[1] is None
        assert isinstance(outcomes[0], WorkspaceMember | NotFound)
        assert await scene.role(member.user_id) is None
        assert await scene.owners() == [scene.owner.user_id]


async def test_a_late_addition_to_the_owners_is_refused_after_a_removal(scene: Scene) -> None:
    member, owners = await scene.join(MemberRole.OWNER), Owners(scene.mongo)
    seen = await owners._changes(scene.workspace.id)
    await scene.memberships.remove(scene.workspace.id, member.user_id)
    assert not await owners._add(scene.workspace.id, member.user_id, seen)
    assert await scene.owners() == [scene.owner.user_id]


async def test_an_owner_whom_a_crash_left_off_the_list_counts(scene: Scene) -> None:
    member = await scene.join()
    await scene.mongo.collection("workspace_members").update_one(
        {"workspace_id": scene.workspace.id, "user_id": member.user_id}, {"$set": {"role": MemberRole.OWNER.value}}
    )
    await scene.memberships.remove(scene.workspace.id, scene.owner.user_id)
    assert await scene.owners() == [member.user_id]


async def test_a_departure_that_a_crash_cut_in_two_is_completed(scene: Scene) -> None:
    second = await scene.join(MemberRole.OWNER)
    await scene.mongo.collection("workspaces").update_one(
        {"_id": scene.workspace.id}, {"$pull": {"owners": second.user_id}, "$inc": {"owner_changes": 1}}
    )
    await scene.memberships.remove(scene.workspace.id, second.user_id)
    assert await scene.role(second.user_id) is None
    assert await scene.owners() == [scene.owner.user_id]


async def test_a_removal_is_one_from_private_channels_too(scene: Scene) -> None:
    member = await scene.join()
    channel = await scene.private("private", scene.owner.user_id, member.user_id)
    await scene.memberships.remove(scene.workspace.id, member.user_id)
    await scene.memberships.remove(scene.workspace.id, member.user_id)
    await scene.join(user_id=member.user_id)
    assert await scene.memberships.channel_roles([(channel.id, member.user_id)]) == [None]


async def test_members_of_private_channels(scene: Scene) -> None:
    member, stranger = await scene.join(), new_user_id()
    one, two = await scene.private("one", scene.owner.user_id), await scene.private("two", scene.owner.user_id)
    joined = scene.member_of(one, member.user_id)
    added = await asyncio.gather(*(scene.memberships.add_to_channel(joined) for _ in range(5)))
    assert sorted(added) == [*[False] * 4, True]
    keys = [(one.id, member.user_id), (two.id, member.user_id), (one.id, stranger)]
    assert await scene.memberships.channel_roles(keys) == [joined, None, None]
    with pytest.raises(NotFound):
        await scene.memberships.add_to_channel(scene.member_of(one, stranger))
    with pytest.raises(NotFound):
        await scene.memberships.add_to_channel(replace(joined, channel_id=new_channel_id()))
    await scene.memberships.remove_from_channel(one.id, member.user_id)
    await scene.memberships.remove_from_channel(one.id, stranger)
    *gone, remaining = await scene.memberships.channel_roles([*keys, (one.id, scene.owner.user_id)])
    assert gone == [None, None, None]
    assert remaining is not None
    assert (remaining.channel_id, remaining.user_id) == (one.id, scene.owner.user_id)


async def private_channel_of_two(scene: Scene) -> tuple[ChannelId, list[UserId]]:
    """A private channel with two owners."""
    other = await scene.join()
    channel = scene.channel("private", ChannelVisibility.PRIVATE)
    owners = [
        replace(scene.member_of(channel, user_id), role=MemberRole.OWNER)
        for user_id in (scene.owner.user_id, other.user_id)
    ]
    await scene.channels.create(channel, owners[0])
    assert await scene.memberships.add_to_channel(owners[1])
    return channel.id, [owner.user_id for owner in owners]


async def test_the_last_owner_of_a_private_channel_stays(scene: Scene) -> None:
    channel_id, (one, other) = await private_channel_of_two(scene)
    await scene.memberships.remove_from_channel(channel_id, one)
    with pytest.raises(Conflict):
        await scene.memberships.remove_from_channel(channel_id, other)
    gone, last = await scene.memberships.channel_roles([(channel_id, one), (channel_id, other)])
    assert gone is None
    assert last is not None


async def test_of_two_owners_who_leave_a_channel_at_once_one_stays(scene: Scene) -> None:
    for _ in range(5):
        channel_id, people = await private_channel_of_two(scene)
        leaving = (scene.memberships.remove_from_channel(channel_id, user_id) for user_id in people)
        outcomes = await asyncio.gather(*leaving, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict]
        roles = await scene.memberships.channel_roles([(channel_id, user_id) for user_id in people])
        assert [role is None for role in roles] == [outcome is None for outcome in outcomes]
        await scene.channels.archive(channel_id, now())


async def test_who_leaves_the_workspace_is_no_owner_of_its_channels(scene: Scene) -> None:
    channel_id, (one, other) = await private_channel_of_two(scene)
    await scene.memberships.remove(scene.workspace.id, other)
    with pytest.raises(Conflict):
        await scene.memberships.remove_from_channel(channel_id, one)


async def test_shared_workspaces(scene: Scene) -> None:
    member, stranger = await scene.join(), new_user_id()
    others = [scene.owner.user_id, stranger, member.user_id]
    assert await scene.memberships.shared_workspaces(member.user_id, others) == [True, False, True]
    assert await scene.memberships.shared_workspaces(stranger, others) == [False, False, False]


async def test_waves_do_not_grow_with_the_number_of_keys(scene: Scene) -> None:
    members = [(await scene.join()).user_id for _ in range(20)]
    channel = await scene.private("private", *members)

    async def waves(count: int) -> list[int]:
        some, found = members[:count], []
        for read in (
            lambda: scene.memberships.roles([(scene.workspace.id, each) for each in some]),
            lambda: scene.memberships.channel_roles([(channel.id, each) for each in some]),
            lambda: scene.memberships.shared_workspaces(scene.owner.user_id, some),
            lambda: scene.memberships.pages([(scene.workspace.id, PageArguments(after=each)) for each in some]),
        ):
            with counted() as trips:
                await read()
            found.append(trips.waves)
        return found

    assert await waves(1) == await waves(20) == [1, 1, 1, 1]

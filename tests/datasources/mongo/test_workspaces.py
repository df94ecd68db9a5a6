"""Workspaces as their Protocol says, and a creation that a crash cut in two."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from datasources.errors import NotFound
from datasources.mongo.client import Mongo
from datasources.mongo.workspaces import MongoWorkspaces
from datasources.records.ids import new_user_id, new_workspace_id
from datasources.records.pages import Page, PageArguments
from datasources.records.workspaces import MemberRole, Workspace
from tests.datasources.mongo.scenes import Scene, assert_pages_are_those_of, counted, new_workspace, now


async def test_a_workspace_is_read_as_it_was_created(scene: Scene) -> None:
    missing = new_workspace_id()
    keys = [scene.workspace.id, missing, scene.workspace.id]
    assert await scene.workspaces.by_ids(keys) == [scene.workspace, None, scene.workspace]
    assert await scene.workspaces.by_ids([]) == []
    assert await scene.memberships.roles([(scene.workspace.id, scene.owner.user_id)]) == [scene.owner]


async def test_a_repeated_creation_gives_what_stands(scene: Scene) -> None:
    other = replace(scene.workspace, name="Other")
    assert await scene.workspaces.create(other, replace(scene.owner, joined_at=now())) == scene.workspace
    assert await scene.memberships.roles([(scene.workspace.id, scene.owner.user_id)]) == [scene.owner]


async def test_a_repeated_creation_completes_the_first(scene: Scene) -> None:
    await scene.mongo.collection("workspace_members").delete_one({"workspace_id": scene.workspace.id})
    assert await scene.workspaces.create(scene.workspace, scene.owner) == scene.workspace
    assert await scene.owners() == [scene.owner.user_id]


async def test_a_repeated_creation_brings_back_nobody_who_left(scene: Scene) -> None:
    other = await scene.join(MemberRole.OWNER)
    await scene.memberships.remove(scene.workspace.id, scene.owner.user_id)
    await scene.workspaces.create(scene.workspace, scene.owner)
    assert await scene.owners() == [other.user_id]
    assert await scene.role(scene.owner.user_id) is None


async def test_rename_and_archive(scene: Scene) -> None:
    named = await scene.workspaces.rename(scene.workspace.id, "$name", "About it")
    assert named == replace(scene.workspace, name="$name", description="About it")
    archived = await scene.workspaces.archive(scene.workspace.id, at := now())
    assert archived == replace(named, archived_at=at)
    assert await scene.workspaces.by_ids([scene.workspace.id]) == [archived]
    assert await scene.workspaces.archive(scene.workspace.id, None) == named


async def test_there_is_nothing_to_change_where_there_is_no_workspace(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await scene.workspaces.rename(new_workspace_id(), "name", None)
    with pytest.raises(NotFound):
        await scene.workspaces.archive(new_workspace_id(), now())


async def _several(mongo: Mongo, count: int) -> tuple[MongoWorkspaces, list[Workspace]]:
    store, owner = MongoWorkspaces(mongo), new_user_id()
    created = [await store.create(*new_workspace(owner)) for _ in range(count)]
    return store, sorted(created, key=lambda each: each.id)


async def test_pages_of_a_person_are_those_of_a_plain_list(mongo: Mongo) -> None:
    store, workspaces = await _several(mongo, 4)
    user_id = workspaces[0].created_by

    async def read(arguments: Sequence[PageArguments]) -> list[Page[Workspace]]:
        return await store.pages_of_user([(user_id, each) for each in arguments], shared_with=user_id)

    await assert_pages_are_those_of([(each.id, each) for each in workspaces], read, "wsp_0", "wsp_f")


async def test_another_sees_only_what_both_share(scene: Scene) -> None:
    store, own = await _several(scene.mongo, 2)
    user_id = own[0].created_by
    await scene.join(user_id=user_id)
    everything, nothing = PageArguments(), new_user_id()
    (mine,) = await store.pages_of_user([(user_id, everything)], shared_with=user_id)
    (seen,) = await store.pages_of_user([(user_id, everything)], shared_with=scene.owner.user_id)
    (hidden,) = await store.pages_of_user([(user_id, everything)], shared_with=nothing)
    assert {edge.node.id for edge in mine.edges} == {scene.workspace.id, *(each.id for each in own)}
    assert [edge.node for edge in seen.edges] == [scene.workspace]
    assert not seen.page_info.has_next_page
    assert hidden.edges == []


async def test_waves_do_not_grow_with_the_number_of_people(scene: Scene) -> None:
    members = [(await scene.join()).user_id for _ in range(20)]

    async def waves(count: int) -> int:
        with counted() as trips:
            await scene.workspaces.pages_of_user(
                [(each, PageArguments(size=2)) for each in members[:count]], shared_with=scene.owner.user_id
            )
        return trips.waves

    assert await waves(1) == await waves(20) == 3

"""Channels as their Protocol says: a name is that of one living channel of a workspace."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from datasources.errors import Conflict, NotFound
from datasources.records.ids import UserId, new_channel_id, new_user_id
from datasources.records.pages import Page, PageArguments
from datasources.records.workspaces import Channel, ChannelVisibility
from tests.datasources.mongo.scenes import Scene, assert_pages_are_those_of, counted, now


async def test_a_channel_is_read_as_it_was_created(scene: Scene) -> None:
    channel, missing = await scene.open("general"), new_channel_id()
    assert await scene.channels.by_ids([missing, channel.id, channel.id]) == [None, channel, channel]
    assert await scene.channels.by_ids([]) == []


async def test_a_name_is_taken_whatever_its_case_and_form(scene: Scene) -> None:
    await scene.open("Straße é")
    for name in ("Straße é", "STRASSE É", "strasse e\N{COMBINING ACUTE ACCENT}"):
        with pytest.raises(Conflict) as conflict:
            await scene.open(name)
        assert conflict.value.field == "name"
    await (await Scene.begin(scene.mongo)).open("Straße é")


async def test_one_of_many_who_create_the_same_name_at_once_succeeds(scene: Scene) -> None:
    channels = [scene.channel("Same", ChannelVisibility.PRIVATE) for _ in range(10)]
    outcomes = await asyncio.gather(
        *(scene.channels.create(each, scene.member_of(each, scene.owner.user_id)) for each in channels),
        return_exceptions=True,
    )
    made = [each for each, outcome in zip(channels, outcomes, strict=True) if outcome is None]
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 9
    assert [each for each in await scene.channels.by_ids([each.id for each in channels]) if each] == made
    roles = await scene.memberships.channel_roles([(each.id, scene.owner.user_id) for each in channels])
    assert [role.channel_id for role in roles if role] == [each.id for each in made]


async def test_a_repeated_creation_changes_nothing(scene: Scene) -> None:
    channel = scene.channel("private", ChannelVisibility.PRIVATE)
    first = scene.member_of(channel, scene.owner.user_id)
    await scene.channels.create(channel, first)
    await scene.channels.create(channel, first)
    assert await scene.memberships.channel_roles([(channel.id, scene.owner.user_id)]) == [first]


async def test_a_private_channel_begins_with_a_member_of_the_workspace(scene: Scene) -> None:
    channel = scene.channel("private", ChannelVisibility.PRIVATE)
    with pytest.raises(NotFound):
        await scene.channels.create(channel, scene.member_of(channel, new_user_id()))
    assert await scene.channels.by_ids([channel.id]) == [None]


async def test_what_is_not_none_is_changed(scene: Scene) -> None:
    channel = await scene.open("general")
    update = scene.channels.update
    named = await update(channel.id, name="General", topic="$about it", visibility=None)
    assert named == replace(channel, name="General", topic="$about it")
    private = await update(channel.id, name=None, topic="", visibility=ChannelVisibility.PRIVATE)
    assert private == replace(named, topic=None, visibility=ChannelVisibility.PRIVATE)
    assert await update(channel.id, name=None, topic=None, visibility=None) == private
    other = await scene.open("other")
    with pytest.raises(Conflict) as conflict:
        await update(other.id, name="GENERAL", topic=None, visibility=None)
    assert conflict.value.field == "name"
    assert await scene.channels.by_ids([other.id]) == [other]
    for name in ("name", None):
        with pytest.raises(NotFound):
            await update(new_channel_id(), name=name, topic=None, visibility=None)


async def test_archiving_frees_the_name(scene: Scene) -> None:
    first = await scene.open("general")
    archived = await scene.channels.archive(first.id, at := now())
    assert archived == replace(first, archived_at=at)
    second = await scene.open("General")
    with pytest.raises(Conflict):
        await scene.channels.archive(first.id, None)
    renamed = await scene.channels.update(first.id, name="GENERAL", topic=None, visibility=None)
    assert renamed.archived_at == at
    await scene.channels.archive(second.id, now())
    assert await scene.channels.archive(first.id, None) == replace(first, name="GENERAL")
    with pytest.raises(Conflict):
        await scene.open("general")
    with pytest.raises(NotFound):
        await scene.channels.archive(new_channel_id(), at)


async def test_pages_are_those_of_a_plain_list(scene: Scene) -> None:
    member = (await scene.join()).user_id
    everything = [
        await scene.open("one"),
        await scene.private("two", scene.owner.user_id),
        await scene.private("three", scene.owner.user_id, member),
        await scene.open("four"),
        await scene.open("five"),
    ]
    archived = everything.pop()
    await scene.channels.archive(archived.id, now())
    everything.sort(key=lambda each: each.id)
    readable = [each for each in everything if each.name != "two"]
    for channels, user_id, every in ((everything, member, True), (readable, member, False), ([], new_user_id(), False)):

        async def read(
            arguments: Sequence[PageArguments], user_id: UserId = user_id, every: bool = every
        ) -> list[Page[Channel]]:
            return await scene.channels.pages([(scene.workspace.id, user_id, every, each) for each in arguments])

        await assert_pages_are_those_of([(each.id, each) for each in channels], read, archived.id, "chn_0")


async def test_waves_do_not_grow_with_the_number_of_workspaces(scene: Scene) -> None:
    scenes = [scene, *[await Scene.begin(scene.mongo) for _ in range(19)]]
    await asyncio.gather(*(each.open("general") for each in scenes))

    async def waves(count: int) -> int:
        with counted() as trips:
            pages = await scene.channels.pages(
                [(each.workspace.id, each.owner.user_id, False, PageArguments()) for each in scenes[:count]]
            )
        assert [len(page.edges) for page in pages] == [1] * count
        return trips.waves

    assert await waves(1) == await waves(20) == 2

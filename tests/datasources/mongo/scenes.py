"""A workspace to try the stores on, made as the resolvers would."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Protocol, Self, TypeVar

from datasources.layers.round_trips import RoundTrips, StoreTrips, round_trips
from datasources.mongo.channels import MongoChannels
from datasources.mongo.client import Mongo
from datasources.mongo.invitations import MongoInvitations
from datasources.mongo.memberships import MongoMemberships
from datasources.mongo.workspaces import MongoWorkspaces
from datasources.records.ids import UserId, new_channel_id, new_user_id, new_workspace_id
from datasources.records.pages import Page, PageArguments
from datasources.records.workspaces import (
    Channel,
    ChannelMember,
    ChannelVisibility,
    MemberRole,
    Workspace,
    WorkspaceMember,
)

R = TypeVar("R")


class Reader(Protocol[R]):
    async def __call__(self, arguments: Sequence[PageArguments], /) -> Sequence[Page[R]]: ...


def now() -> datetime:
    """This instant, in whole milliseconds as MongoDB keeps them."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def new_workspace(owner: UserId) -> tuple[Workspace, WorkspaceMember]:
    workspace = Workspace(new_workspace_id(), "Algebra", None, owner, now(), None)
    return workspace, WorkspaceMember(workspace.id, owner, MemberRole.OWNER, now())


@dataclass(slots=True)
class Scene:
    mongo: Mongo
    workspaces: MongoWorkspaces
    memberships: MongoMemberships
    invitations: MongoInvitations
    channels: MongoChannels
    workspace: Workspace
    owner: WorkspaceMember

    @classmethod
    async def begin(cls, mongo: Mongo) -> Self:
        workspace, owner = new_workspace(new_user_id())
        scene = cls(
            mongo,
            MongoWorkspaces(mongo),
            MongoMemberships(mongo),
            MongoInvitations(mongo),
            MongoChannels(mongo),
            workspace,
            owner,
        )
        await scene.workspaces.create(workspace, owner)
        return scene

    async def join(self, role: MemberRole = MemberRole.MEMBER, *, user_id: UserId | None = None) -> WorkspaceMember:
        member = WorkspaceMember(self.workspace.id, user_id or new_user_id(), role, now())
        assert await self.memberships.add(member)
        return member

    async def role(self, user_id: UserId) -> MemberRole | None:
        (member,) = await self.memberships.roles([(self.workspace.id, user_id)])
        return None if member is None else member.role

    async def owners(self) -> list[UserId]:
        """Who reads as an owner; and each one on the workspace's list of owners is among them."""
        (page,) = await self.memberships.pages([(self.workspace.id, PageArguments(size=100))])
        owners = [edge.node.user_id for edge in page.edges if edge.node.role is MemberRole.OWNER]
        document = await self.mongo.collection("workspaces").find_one({"_id": self.workspace.id})
        assert document is not None
        assert document["owners"]
        assert set(document["owners"]) <= set(owners)
        return owners

    def channel(self, name: str, visibility: ChannelVisibility = ChannelVisibility.OPEN) -> Channel:
        return Channel(new_channel_id(), self.workspace.id, name, None, visibility, self.owner.user_id, now(), None)

    def member_of(self, channel: Channel, user_id: UserId) -> ChannelMember:
        return ChannelMember(channel.id, user_id, MemberRole.MEMBER, now())

    async def open(self, name: str) -> Channel:
        channel = self.channel(name)
        await self.channels.create(channel, None)
        return channel

    async def private(self, name: str, *members: UserId) -> Channel:
        channel = self.channel(name, ChannelVisibility.PRIVATE)
        await self.channels.create(channel, self.member_of(channel, members[0]) if members else None)
        for member in members[1:]:
            assert await self.memberships.add_to_channel(self.member_of(channel, member))
        return channel


@contextmanager
def counted() -> Iterator[StoreTrips]:
    """What is asked of MongoDB within the block."""
    trips = RoundTrips(stores={"mongodb": StoreTrips()})
    token = round_trips.set(trips)
    try:
        yield trips.stores["mongodb"]
    finally:
        round_trips.reset(token)
        assert trips.stores["mongodb"].under_way == 0


async def assert_pages_are_those_of(items: Sequence[tuple[str, R]], read: Reader[R], *strangers: str) -> None:
    """Every page of the list of (key, item), in the order of the keys; `strangers` are positions where nothing is."""
    cursors = [None, *(key for key, _ in items), *strangers]
    arguments = [
        PageArguments(size=size, after=after, before=before, from_end=from_end)
        for size, after, before, from_end in product((1, 2, 100), cursors, cursors, (False, True))
    ]
    for page, each in zip(await read(arguments), arguments, strict=True):
        inside = [
            (key, item)
            for key, item in items
            if (each.after is None or key > each.after) and (each.before is None or key < each.before)
        ]
        shown = inside[-each.size :] if each.from_end else inside[: each.size]
        more = len(inside) > len(shown)
        beyond = each.before is not None and any(key >= each.before for key, _ in items)
        ahead = each.after is not None and any(key <= each.after for key, _ in items)
        assert [(edge.cursor, edge.node) for edge in page.edges] == shown, each
        assert page.page_info.has_next_page == (beyond or (more and not each.from_end)), each
        assert page.page_info.has_previous_page == (ahead or (more and each.from_end)), each
        assert page.complete

"""Members of workspaces and of private channels. Source: document 000."""

from collections.abc import Sequence
from typing import Any, Final

from pymongo import ReturnDocument

from datasources.errors import Conflict, NotFound
from datasources.mongo.channel_owners import enlist_channel_owner, strike_channel_owner, strike_everywhere
from datasources.mongo.client import Fields, Mongo
from datasources.mongo.membership_fields import (
    MEMBERS,
    channel_member_of,
    insert_member,
    member_of,
    membership_id,
    new_mark,
    pull_channel,
    push_channel,
)
from datasources.mongo.owners import ATTEMPTS, Owners, contended
from datasources.mongo.paging import Listing, read_slice
from datasources.mongo.waves import wave
from datasources.records.ids import ChannelId, UserId, WorkspaceId
from datasources.records.pages import Edge, Page, PageArguments
from datasources.records.workspaces import ChannelMember, MemberRole, WorkspaceMember

_MEMBER: Final = {"_id": 0, "workspace_id": 1, "user_id": 1, "role": 1, "joined_at": 1}
_PAIR: Final = {"_id": 0, "user_id": 1, "workspace_id": 1}
_CHANNELS: Final = {"_id": 0, "user_id": 1, "channels": 1}


class MongoMemberships:
    """Implements `MembershipStore`. How roles change safely is told in `owners.py`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._owners = Owners(mongo)

    async def add(self, member: WorkspaceMember) -> bool:
        mark = await insert_member(self._mongo, member)
        added = mark is not None
        if member.role is MemberRole.OWNER:
            if mark is None:
                standing = await self._find(member.workspace_id, member.user_id)
                mark = standing["mark"] if standing is not None and standing["role"] == MemberRole.OWNER else None
            if mark is not None:
                await self._owners.enlist(member.workspace_id, member.user_id, mark)
        return added

    async def roles(self, keys: Sequence[tuple[WorkspaceId, UserId]]) -> list[WorkspaceMember | None]:
        ids = [membership_id(workspace_id, user_id) for workspace_id, user_id in keys]
        distinct = list(dict.fromkeys(ids))
        found = await self._read({"_id": {"$in": distinct}}, _MEMBER) if distinct else []
        members = {(each["workspace_id"], each["user_id"]): member_of(each) for each in found}
        return [members.get(key) for key in keys]

    async def pages(self, requests: Sequence[tuple[WorkspaceId, PageArguments]]) -> list[Page[WorkspaceMember]]:
        slices = await wave(
            [
                read_slice(self._mongo, Listing(MEMBERS, {"workspace_id": each}, "user_id", _MEMBER), arguments)
                for each, arguments in requests
            ]
        )
        return [part.page(_edge) for part in slices]

    async def shared_workspaces(self, one: UserId, others: Sequence[UserId]) -> list[bool]:
        people = list(dict.fromkeys([one, *others]))
        workspaces: dict[UserId, set[WorkspaceId]] = {each: set() for each in people}
        for each in await self._read({"user_id": {"$in": people}}, _PAIR):
            workspaces[each["user_id"]].add(each["workspace_id"])
        return [not workspaces[one].isdisjoint(workspaces[other]) for other in others]

    async def set_role(self, workspace_id: WorkspaceId, user_id: UserId, role: MemberRole) -> WorkspaceMember:
        for _ in range(ATTEMPTS):
            standing = await self._leaving_ownership(workspace_id, user_id, kept=role is MemberRole.OWNER)
            mark = new_mark()
            with self._mongo.statement():
                changed = await self._mongo.collection(MEMBERS).find_one_and_update(
                    {"_id": standing["_id"], "mark": standing["mark"]},
                    {"$set": {"role": role.value, "mark": mark}},
                    return_document=ReturnDocument.AFTER,
                )
            if changed is not None:
                if role is MemberRole.OWNER:
                    await self._owners.enlist(workspace_id, user_id, mark)
                return member_of(changed)
        raise contended()

    async def remove(self, workspace_id: WorkspaceId, user_id: UserId) -> None:
        for _ in range(ATTEMPTS):
            try:
                standing = await self._leaving_ownership(workspace_id, user_id, kept=False)
            except NotFound:
                # A repeated call may have to finish what a process began that has died.
                await strike_everywhere(self._mongo, workspace_id, user_id)
                return
            with self._mongo.statement():
                result = await self._mongo.collection(MEMBERS).delete_one(
                    {"_id": standing["_id"], "mark": standing["mark"]}
                )
            if result.deleted_count:
                await strike_everywhere(self._mongo, workspace_id, user_id)
                return
        raise contended()

    async def add_to_channel(self, member: ChannelMember) -> bool:
        with self._mongo.statement():
            channel = await self._mongo.collection("channels").find_one({"_id": member.channel_id}, {"workspace_id": 1})
        if channel is None:
            raise NotFound("there is no such channel")
        if await push_channel(self._mongo, channel["workspace_id"], member):
            if member.role is MemberRole.OWNER:
                await enlist_channel_owner(self._mongo, member.channel_id, member.user_id)
            return True
        if await self._find(channel["workspace_id"], member.user_id) is None:
            raise NotFound("only members of the workspace can be in its private channels")
        return False

    async def channel_roles(self, keys: Sequence[tuple[ChannelId, UserId]]) -> list[ChannelMember | None]:
        people = list(dict.fromkeys(user_id for _, user_id in keys))
        found = await self._read({"user_id": {"$in": people}}, _CHANNELS) if people else []
        members = {
            (entry["channel_id"], each["user_id"]): channel_member_of(each["user_id"], entry)
            for each in found
            for entry in each["channels"]
        }
        return [members.get(key) for key in keys]

    async def remove_from_channel(self, channel_id: ChannelId, user_id: UserId) -> None:
        await strike_channel_owner(self._mongo, channel_id, user_id)
        await pull_channel(self._mongo, channel_id, user_id)

    async def _leaving_ownership(self, workspace_id: WorkspaceId, user_id: UserId, *, kept: bool) -> Fields:
        """The membership; off the list of owners before anything else, where it is an owner's and not to be kept."""
        standing = await self._find(workspace_id, user_id)
        if standing is None:
            raise NotFound("there is no such member")
        is_owner = standing["role"] == MemberRole.OWNER
        if is_owner and not kept and not await self._owners.strike(workspace_id, user_id):
            raise Conflict("the last owner of a workspace stays", field="role")
        return standing

    async def _find(self, workspace_id: WorkspaceId, user_id: UserId) -> Fields | None:
        with self._mongo.statement():
            return await self._mongo.collection(MEMBERS).find_one(
                {"_id": membership_id(workspace_id, user_id)}, {"role": 1, "mark": 1}
            )

    async def _read(self, query: Fields, projection: dict[str, Any]) -> list[Fields]:
        with self._mongo.statement():
            return await self._mongo.collection(MEMBERS).find(query, projection, batch_size=1000).to_list()


def _edge(document: Fields) -> Edge[WorkspaceMember]:
    member = member_of(document)
    return Edge(member.user_id, member)

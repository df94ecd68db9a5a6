"""Workspaces. Source: document 000."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from datasources.errors import NotFound
from datasources.mongo.client import Fields, Mongo
from datasources.mongo.documents.workspaces import WorkspaceDocument
from datasources.mongo.membership_fields import MEMBERS, insert_member, membership_id
from datasources.mongo.paging import Listing, Slice, read_slice
from datasources.mongo.waves import wave
from datasources.records.ids import UserId, WorkspaceId
from datasources.records.pages import Edge, Page, PageArguments, page_of
from datasources.records.workspaces import Workspace, WorkspaceMember

WORKSPACES: Final = "workspaces"
_PLACE: Final = {"_id": 0, "workspace_id": 1}


class MongoWorkspaces:
    """Implements `WorkspaceStore`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def create(self, workspace: Workspace, owner: WorkspaceMember) -> Workspace:
        # The workspace first, with its owner named in it: a membership never points to nothing, and whoever repeats
        # the call after a crash between the two completes it.
        model = await self._mongo.model(WorkspaceDocument)
        document = model(
            id=workspace.id,
            name=workspace.name,
            description=workspace.description,
            created_by=workspace.created_by,
            created_at=workspace.created_at,
            archived_at=workspace.archived_at,
            owners=[owner.user_id],
        )
        try:
            with self._mongo.statement():
                await document.insert()
        except DuplicateKeyError:
            pass
        else:
            await insert_member(self._mongo, owner)
            return workspace
        return await self._complete(workspace.id, owner)

    async def by_ids(self, ids: Sequence[WorkspaceId]) -> list[Workspace | None]:
        found = await self._found(ids)
        return [found.get(each) for each in ids]

    async def pages_of_user(
        self, requests: Sequence[tuple[UserId, PageArguments]], *, shared_with: UserId
    ) -> list[Page[Workspace]]:
        others = any(user_id != shared_with for user_id, _ in requests)
        shared = await self._of_user(shared_with) if others else []
        slices = await wave(
            [
                read_slice(self._mongo, _workspaces_of(user_id, None if user_id == shared_with else shared), arguments)
                for user_id, arguments in requests
            ]
        )
        found = await self._found([each["workspace_id"] for part in slices for each in part.documents])
        return [_page(part, found) for part in slices]

    async def rename(self, workspace_id: WorkspaceId, name: str, description: str | None) -> Workspace:
        return await self._change(workspace_id, {"name": name, "description": description})

    async def archive(self, workspace_id: WorkspaceId, at: datetime | None) -> Workspace:
        return await self._change(workspace_id, {"archived_at": at})

    async def _complete(self, workspace_id: WorkspaceId, owner: WorkspaceMember) -> Workspace:
        """The workspace that stands under this id, with its first owner's membership if only that was lost."""
        with self._mongo.statement():
            standing = await self._mongo.collection(WORKSPACES).find_one({"_id": workspace_id})
        if standing is None:
            raise NotFound("the workspace under this id was removed")
        if standing["owner_changes"] == 0 and owner.user_id in standing["owners"]:
            await insert_member(self._mongo, owner)
        return workspace_of(standing)

    async def _found(self, ids: Sequence[WorkspaceId]) -> dict[WorkspaceId, Workspace]:
        distinct = list(dict.fromkeys(ids))
        if not distinct:
            return {}
        with self._mongo.statement():
            cursor = self._mongo.collection(WORKSPACES).find({"_id": {"$in": distinct}}, batch_size=len(distinct) + 1)
            return {each["_id"]: workspace_of(each) for each in await cursor.to_list()}

    async def _of_user(self, user_id: UserId) -> list[WorkspaceId]:
        with self._mongo.statement():
            cursor = self._mongo.collection(MEMBERS).find({"user_id": user_id}, _PLACE, batch_size=1000)
            return [each["workspace_id"] for each in await cursor.to_list()]

    async def _change(self, workspace_id: WorkspaceId, fields: Fields) -> Workspace:
        with self._mongo.statement():
            changed = await self._mongo.collection(WORKSPACES).find_one_and_update(
                {"_id": workspace_id}, {"$set": fields}, return_document=ReturnDocument.AFTER
            )
        if changed is None:
            raise NotFound("there is no such workspace")
        return workspace_of(changed)


def workspace_of(document: Fields) -> Workspace:
    return Workspace(
        id=document["_id"],
        name=document["name"],
        description=document["description"],
        created_by=document["created_by"],
        created_at=document["created_at"],
        archived_at=document["archived_at"],
    )


def _workspaces_of(user_id: UserId, among: Sequence[WorkspaceId] | None) -> Listing:
    where: Fields = {"user_id": user_id}
    if among is not None:
        where["_id"] = {"$in": [membership_id(each, user_id) for each in among]}
    return Listing(MEMBERS, where, "workspace_id", projection=_PLACE)


def _page(part: Slice, found: dict[WorkspaceId, Workspace]) -> Page[Workspace]:
    ids = [each["workspace_id"] for each in part.documents]
    edges = [Edge(each, found[each]) for each in ids if each in found]
    return page_of(edges, has_next=part.has_next, has_previous=part.has_previous)

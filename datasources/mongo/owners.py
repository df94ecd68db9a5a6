"""A workspace always has an owner: how that holds when owners leave at once, and when a process dies halfway.

There are no transactions to rely on (a standalone server has none), so the list `owners` in the workspace's one
document decides. Every person in it has a membership with the role of an owner: the list is written last when somebody
becomes an owner, and first when somebody ceases to be one, on the condition that another one remains in it. Two races
are left:

- An addition to the list that is late, when the person has been removed meanwhile: it is made on the condition that
  `owner_changes`, which every removal counts up, is what it was before the membership was marked.
- A removal that overlooks an addition: memberships change on the condition that their `mark` is the one that was read
  before the list was changed, and an addition marks anew.

What a dead process leaves is a membership with the role but not in the list. `enlist` puts it there.
"""

import asyncio
import random
from typing import Final

from datasources.errors import NotFound, Unavailable
from datasources.mongo.client import STORE, Mongo
from datasources.mongo.membership_fields import MEMBERS, membership_id, new_mark
from datasources.records.ids import UserId, WorkspaceId
from datasources.records.workspaces import MemberRole

ATTEMPTS: Final = 20
FIRST_PAUSE: Final = 0.02
LONGEST_PAUSE: Final = 0.5
_WORKSPACES: Final = "workspaces"


class Owners:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def enlist(self, workspace_id: WorkspaceId, user_id: UserId, mark: str) -> None:
        """Puts a member with the role of an owner into the list, unless the membership has changed since this mark."""
        for attempt in range(ATTEMPTS):
            changes = await self._changes(workspace_id)
            fresh = new_mark()
            if not await self._mark(workspace_id, user_id, mark, fresh):
                return
            if await self._add(workspace_id, user_id, changes):
                return
            mark = fresh
            # Each new mark makes a removal begin again, and each removal this: one of the two has to give way.
            await asyncio.sleep(random.uniform(0, min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)))  # noqa: S311 - no secret
        raise contended()

    async def strike(self, workspace_id: WorkspaceId, user_id: UserId) -> bool:
        """Takes a person off the list, who may not be on it; False where nobody would remain."""
        if await self._strike(workspace_id, user_id):
            return True
        await self._enlist_unlisted(workspace_id, user_id)
        return await self._strike(workspace_id, user_id)

    async def _changes(self, workspace_id: WorkspaceId) -> int:
        with self._mongo.statement():
            found = await self._mongo.collection(_WORKSPACES).find_one({"_id": workspace_id}, {"owner_changes": 1})
        if found is None:
            raise NotFound("there is no such workspace")
        changes: int = found["owner_changes"]
        return changes

    async def _mark(self, workspace_id: WorkspaceId, user_id: UserId, mark: str, fresh: str) -> bool:
        with self._mongo.statement():
            result = await self._mongo.collection(MEMBERS).update_one(
                {"_id": membership_id(workspace_id, user_id), "mark": mark}, {"$set": {"mark": fresh}}
            )
        return result.matched_count == 1

    async def _add(self, workspace_id: WorkspaceId, user_id: UserId, changes: int) -> bool:
        with self._mongo.statement():
            result = await self._mongo.collection(_WORKSPACES).update_one(
                {"_id": workspace_id, "owner_changes": changes}, {"$addToSet": {"owners": user_id}}
            )
        return result.matched_count == 1

    async def _strike(self, workspace_id: WorkspaceId, user_id: UserId) -> bool:
        another_remains = [{"owners": {"$ne": user_id}}, {"owners.1": {"$exists": True}}]
        with self._mongo.statement():
            result = await self._mongo.collection(_WORKSPACES).update_one(
                {"_id": workspace_id, "$or": another_remains},
                {"$pull": {"owners": user_id}, "$inc": {"owner_changes": 1}},
            )
        return result.matched_count == 1

    async def _enlist_unlisted(self, workspace_id: WorkspaceId, but: UserId) -> None:
        """Finishes what a dead process began: its new owner counts as one who remains."""
        owners = {"workspace_id": workspace_id, "role": MemberRole.OWNER.value, "user_id": {"$ne": but}}
        with self._mongo.statement():
            found = await self._mongo.collection(MEMBERS).find(owners, {"user_id": 1, "mark": 1}).limit(2).to_list()
        for each in found:
            await self.enlist(workspace_id, each["user_id"], each["mark"])


def contended() -> Unavailable:
    return Unavailable(STORE, "too many changes of the same membership at once")

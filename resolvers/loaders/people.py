"""People. `users_by_id` serves joins from records that the viewer has been allowed to see."""

import asyncio
from collections.abc import Sequence

from datasources.records.ids import UserId
from datasources.records.users import User
from resolvers.loaders.loading import Loader, Loaders


async def _load_users(loaders: Loaders, ids: list[UserId]) -> Sequence[User | None]:
    return await loaders.stores.users.by_ids(ids)


async def _load_visible_users(loaders: Loaders, ids: list[UserId]) -> Sequence[User | None]:
    viewer_id = loaders.viewer_id
    if viewer_id is None:
        return [None] * len(ids)
    users, shared = await asyncio.gather(
        loaders.load_many(users_by_id, ids), loaders.stores.memberships.shared_workspaces(viewer_id, ids)
    )
    return [user if user and (near or user.id == viewer_id) else None for user, near in zip(users, shared, strict=True)]


users_by_id: Loader[UserId, User | None] = Loader("users_by_id", _load_users, shared=True)
visible_users_by_id: Loader[UserId, User | None] = Loader("visible_users_by_id", _load_visible_users)

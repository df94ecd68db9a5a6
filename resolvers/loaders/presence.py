"""Who is here now."""

import asyncio
from collections.abc import Sequence

from datasources.errors import Unavailable
from datasources.records.ids import UserId
from resolvers.loaders.blocks import blocked_by_user
from resolvers.loaders.loading import Loader, Loaders


async def _load_online(loaders: Loaders, ids: list[UserId]) -> Sequence[bool | None]:
    """Nobody is harmed by not knowing: an outage is no error. Those of a block are not here to each other."""
    try:
        here, blocked = await asyncio.gather(
            loaders.stores.presence.by_users(ids), loaders.load_many(blocked_by_user, ids)
        )
    except Unavailable:
        return [None] * len(ids)
    return [online and not apart for online, apart in zip(here, blocked, strict=True)]


online_by_user: Loader[UserId, bool | None] = Loader("online_by_user", _load_online)

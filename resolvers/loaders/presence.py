"""Who is here now."""

from collections.abc import Sequence

from datasources.errors import Unavailable
from datasources.records.ids import UserId
from resolvers.loaders.loading import Loader, Loaders


async def _load_online(loaders: Loaders, ids: list[UserId]) -> Sequence[bool | None]:
    """Nobody is harmed by not knowing: an outage is no error."""
    try:
        return await loaders.stores.presence.by_users(ids)
    except Unavailable:
        return [None] * len(ids)


online_by_user: Loader[UserId, bool | None] = Loader("online_by_user", _load_online)

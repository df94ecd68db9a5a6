"""The rooms that a viewer is told of: where they take part, within a bound."""

import asyncio
from collections.abc import Sequence
from typing import Final

from datasources.records.ids import RoomId, UserId
from datasources.records.pages import MAXIMUM_PAGE_SIZE, PageArguments
from datasources.stores import Stores

ROOMS_MAXIMUM: Final = 200


async def rooms_of(stores: Stores, user_id: UserId) -> tuple[Sequence[RoomId], bool]:
    """At most 200: the 100 conversations with the newest messages, then channels, newest first in each workspace.

    With that, whether all conversations could be seen.
    """
    requests = [(user_id, PageArguments(MAXIMUM_PAGE_SIZE))]
    conversations, channels = await asyncio.gather(stores.conversations.of_users(requests), _channels(stores, user_id))
    rooms: list[RoomId] = [edge.node.id for edge in conversations[0].edges]
    return [*rooms, *channels][:ROOMS_MAXIMUM], conversations[0].complete


async def _channels(stores: Stores, user_id: UserId) -> Sequence[RoomId]:
    everything = PageArguments(MAXIMUM_PAGE_SIZE, from_end=True)
    workspaces = (await stores.workspaces.pages_of_user([(user_id, everything)], shared_with=user_id))[0]
    open_ones = [edge.node.id for edge in workspaces.edges if edge.node.archived_at is None]
    pages = await stores.channels.pages([(each, user_id, False, everything) for each in open_ones])
    return [edge.node.id for page in pages for edge in reversed(page.edges)]

"""What somebody has become somewhere, told to them: joined, another role, left."""

import asyncio
from collections.abc import Mapping

from datasources.records.changes import Belonging, EventKind
from datasources.records.ids import ChannelId, ConversationId, UserId, WorkspaceId
from resolvers.recording import Recorder, next_revision

AT_ONCE = 20


async def tell_belonging(
    recorder: Recorder, place_id: WorkspaceId | ChannelId | ConversationId, roles: Mapping[UserId, str | None]
) -> None:
    """Notes in each person's own log which role they have in the place now; None where they are out of it."""
    revision = next_revision(0)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(user_id: UserId, role: str | None) -> None:
        async with slots:
            await recorder.tell(
                EventKind.BELONGING_CHANGED, Belonging(user_id, user_id, place_id, role, revision), [user_id]
            )

    await asyncio.gather(*(one(user_id, role) for user_id, role in roles.items()))

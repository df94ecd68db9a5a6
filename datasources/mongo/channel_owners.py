"""A private channel has an owner as long as nobody takes its last one out of the workspace.

The list `owners` in the channel's one document decides, so that of two owners who leave at once one stays: it is
written last when somebody becomes an owner, and first when one leaves, on the condition that another remains in it.
"""

from datasources.errors import Conflict
from datasources.mongo.client import Mongo
from datasources.records.ids import ChannelId, UserId, WorkspaceId

_CHANNELS = "channels"


async def enlist_channel_owner(mongo: Mongo, channel_id: ChannelId, user_id: UserId) -> None:
    with mongo.statement():
        await mongo.collection(_CHANNELS).update_one({"_id": channel_id}, {"$addToSet": {"owners": user_id}})


async def strike_channel_owner(mongo: Mongo, channel_id: ChannelId, user_id: UserId) -> None:
    """Takes a person off the list, who may not be on it; `Conflict` where nobody would remain."""
    with mongo.statement():
        struck = await mongo.collection(_CHANNELS).update_one(
            {"_id": channel_id, "owners": user_id, "owners.1": {"$exists": True}}, {"$pull": {"owners": user_id}}
        )
    if struck.matched_count:
        return
    with mongo.statement():
        last = await mongo.collection(_CHANNELS).find_one({"_id": channel_id, "owners": user_id}, {"_id": 1})
    if last is not None:
        raise Conflict("the last owner of a private channel stays", field="userId")


async def strike_everywhere(mongo: Mongo, workspace_id: WorkspaceId, user_id: UserId) -> None:
    """Takes a person who has left the workspace off all lists in it, whoever remains."""
    with mongo.statement():
        await mongo.collection(_CHANNELS).update_many(
            {"workspace_id": workspace_id, "owners": user_id}, {"$pull": {"owners": user_id}}
        )

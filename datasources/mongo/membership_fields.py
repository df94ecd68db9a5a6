"""Memberships of workspaces and of private channels as documents, and back."""

from typing import Any, Final

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from datasources.mongo.client import Fields, Mongo
from datasources.records.ids import ChannelId, UserId, WorkspaceId
from datasources.records.workspaces import ChannelMember, MemberRole, WorkspaceMember

MEMBERS: Final = "workspace_members"


def membership_id(workspace_id: WorkspaceId, user_id: UserId) -> str:
    return f"{workspace_id}:{user_id}"


def new_mark() -> str:
    return str(ObjectId())


async def insert_member(mongo: Mongo, member: WorkspaceMember) -> str | None:
    """Adds a membership, and gives its mark; None where there is one already."""
    mark = new_mark()
    document: Fields = {
        "_id": membership_id(member.workspace_id, member.user_id),
        "workspace_id": member.workspace_id,
        "user_id": member.user_id,
        "role": member.role.value,
        "joined_at": member.joined_at,
        "mark": mark,
        "channels": [],
    }
    try:
        with mongo.statement():
            await mongo.collection(MEMBERS).insert_one(document)
    except DuplicateKeyError:
        return None
    return mark


def member_of(document: Fields) -> WorkspaceMember:
    return WorkspaceMember(
        workspace_id=document["workspace_id"],
        user_id=document["user_id"],
        role=MemberRole(document["role"]),
        joined_at=document["joined_at"],
    )


def channel_member_of(user_id: UserId, fields: Any) -> ChannelMember:
    return ChannelMember(
        channel_id=ChannelId(fields["channel_id"]),
        user_id=user_id,
        role=MemberRole(fields["role"]),
        joined_at=fields["joined_at"],
    )


async def push_channel(mongo: Mongo, workspace_id: WorkspaceId, member: ChannelMember) -> bool:
    """Adds a private channel to the membership; False where it is in there, or where there is no membership."""
    without_it = {
        "_id": membership_id(workspace_id, member.user_id),
        "channels.channel_id": {"$ne": member.channel_id},
    }
    entry = {"channel_id": member.channel_id, "role": member.role.value, "joined_at": member.joined_at}
    with mongo.statement():
        result = await mongo.collection(MEMBERS).update_one(without_it, {"$push": {"channels": entry}})
    return result.matched_count == 1


async def pull_channel(mongo: Mongo, channel_id: ChannelId, user_id: UserId) -> None:
    """Takes a private channel out of the membership that has it."""
    with mongo.statement():
        await mongo.collection(MEMBERS).update_one(
            {"user_id": user_id, "channels.channel_id": channel_id},
            {"$pull": {"channels": {"channel_id": channel_id}}},
        )

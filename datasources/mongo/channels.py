"""Channels. Source: document 000."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from datasources.errors import Conflict, NotFound
from datasources.mongo.client import Fields, Mongo
from datasources.mongo.documents.workspaces import ChannelDocument
from datasources.mongo.membership_fields import MEMBERS, membership_id, pull_channel, push_channel
from datasources.mongo.paging import Listing, read_slice
from datasources.mongo.waves import wave
from datasources.records.ids import ChannelId, UserId, WorkspaceId
from datasources.records.pages import Edge, Page, PageArguments, page_of
from datasources.records.workspaces import Channel, ChannelMember, ChannelVisibility, MemberRole

CHANNELS: Final = "channels"


class MongoChannels:
    """Implements `ChannelStore`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def create(self, channel: Channel, first_member: ChannelMember | None) -> None:
        # The member first: what a crash between the two leaves is seen by nobody and holds no name.
        model = await self._mongo.model(ChannelDocument)
        document = model(
            id=channel.id,
            workspace_id=channel.workspace_id,
            name=channel.name,
            name_key=_name_key(channel.name),
            topic=channel.topic,
            visibility=channel.visibility,
            created_by=channel.created_by,
            created_at=channel.created_at,
            archived_at=channel.archived_at,
            archive_key="" if channel.archived_at is None else channel.id,
            owners=_owners(first_member),
        )
        if first_member is not None and not await push_channel(self._mongo, channel.workspace_id, first_member):
            await self._must_be_member(channel.workspace_id, first_member.user_id)
        try:
            with self._mongo.statement():
                await document.insert()
        except DuplicateKeyError:
            if (await self.by_ids([channel.id]))[0] is not None:
                return  # a repeated call
            if first_member is not None:
                await pull_channel(self._mongo, channel.id, first_member.user_id)
            raise _name_is_taken() from None

    async def by_ids(self, ids: Sequence[ChannelId]) -> list[Channel | None]:
        distinct = list(dict.fromkeys(ids))
        if not distinct:
            return []
        with self._mongo.statement():
            cursor = self._mongo.collection(CHANNELS).find({"_id": {"$in": distinct}}, batch_size=len(distinct) + 1)
            found = {each["_id"]: channel_of(each) for each in await cursor.to_list()}
        return [found.get(each) for each in ids]

    async def pages(self, requests: Sequence[tuple[WorkspaceId, UserId, bool, PageArguments]]) -> list[Page[Channel]]:
        private = await self._private_channels(
            [(workspace_id, user_id) for workspace_id, user_id, every, _ in requests if not every]
        )
        return await wave(
            [
                self._page(_readable(workspace_id, None if every else private[workspace_id, user_id]), arguments)
                if every or (workspace_id, user_id) in private
                else _nothing()
                for workspace_id, user_id, every, arguments in requests
            ]
        )

    async def update(
        self, channel_id: ChannelId, *, name: str | None, topic: str | None, visibility: ChannelVisibility | None
    ) -> Channel:
        fields: Fields = {}
        if name is not None:
            fields |= {"name": name, "name_key": _name_key(name)}
        if topic is not None:
            fields["topic"] = topic or None
        if visibility is not None:
            fields["visibility"] = visibility.value
        return await self._change(channel_id, fields)

    async def archive(self, channel_id: ChannelId, at: datetime | None) -> Channel:
        return await self._change(channel_id, {"archived_at": at, "archive_key": "" if at is None else channel_id})

    async def _page(self, listing: Listing, arguments: PageArguments) -> Page[Channel]:
        return (await read_slice(self._mongo, listing, arguments)).page(_edge)

    async def _must_be_member(self, workspace_id: WorkspaceId, user_id: UserId) -> None:
        with self._mongo.statement():
            found = await self._mongo.collection(MEMBERS).find_one({"_id": membership_id(workspace_id, user_id)})
        if found is None:
            raise NotFound("only members of the workspace can be in its private channels")

    async def _private_channels(
        self, keys: Sequence[tuple[WorkspaceId, UserId]]
    ) -> dict[tuple[WorkspaceId, UserId], list[ChannelId]]:
        """The private channels of each membership, which are in its document."""
        ids = list({membership_id(workspace_id, user_id) for workspace_id, user_id in keys})
        if not ids:
            return {}
        with self._mongo.statement():
            cursor = self._mongo.collection(MEMBERS).find(
                {"_id": {"$in": ids}},
                {"_id": 0, "workspace_id": 1, "user_id": 1, "channels.channel_id": 1},
                batch_size=len(ids) + 1,
            )
            found = await cursor.to_list()
        return {
            (each["workspace_id"], each["user_id"]): [entry["channel_id"] for entry in each["channels"]]
            for each in found
        }

    async def _change(self, channel_id: ChannelId, fields: Fields) -> Channel:
        if not fields:
            (changed,) = await self.by_ids([channel_id])
            if changed is None:
                raise _no_such_channel()
            return changed
        try:
            with self._mongo.statement():
                document = await self._mongo.collection(CHANNELS).find_one_and_update(
                    {"_id": channel_id}, {"$set": fields}, return_document=ReturnDocument.AFTER
                )
        except DuplicateKeyError:
            raise _name_is_taken() from None
        if document is None:
            raise _no_such_channel()
        return channel_of(document)


def _owners(first_member: ChannelMember | None) -> list[str]:
    return [first_member.user_id] if first_member is not None and first_member.role is MemberRole.OWNER else []


def channel_of(document: Fields) -> Channel:
    return Channel(
        id=document["_id"],
        workspace_id=document["workspace_id"],
        name=document["name"],
        topic=document["topic"],
        visibility=ChannelVisibility(document["visibility"]),
        created_by=document["created_by"],
        created_at=document["created_at"],
        archived_at=document["archived_at"],
    )


def _readable(workspace_id: WorkspaceId, private: Sequence[ChannelId] | None) -> Listing:
    """The living channels of a workspace: all of them, or the open ones and these."""
    where: Fields = {"workspace_id": workspace_id, "archive_key": ""}
    if private is not None:
        where["$or"] = [{"visibility": ChannelVisibility.OPEN.value}, {"_id": {"$in": list(private)}}]
    return Listing(CHANNELS, where, "_id")


async def _nothing() -> Page[Channel]:
    """What somebody reads who is not a member of the workspace."""
    return page_of([], has_next=False, has_previous=False)


def _name_key(name: str) -> str:
    """Names that differ in case or in how their letters are composed are the same name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


def _edge(document: Fields) -> Edge[Channel]:
    channel = channel_of(document)
    return Edge(channel.id, channel)


def _name_is_taken() -> Conflict:
    return Conflict("a channel of this name exists already", field="name")


def _no_such_channel() -> NotFound:
    return NotFound("there is no such channel")

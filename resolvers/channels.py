"""Channels: create, change, archive, and who belongs to a private one. Source: document 000."""

from typing import Final

from datasources.errors import Conflict
from datasources.records.ids import UserId, new_channel_id
from datasources.records.workspaces import Channel, ChannelMember, ChannelVisibility, MemberRole
from datasources.stores import Stores
from resolvers.access import channel_of, open_channel_of, open_workspace_of, well_formed
from resolvers.belonging import tell_belonging
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.creation import claimed_id
from resolvers.errors import ProblemCode, refusal
from resolvers.permissions import ChannelAccess, may_create_channel, may_moderate_channel
from resolvers.recording import Recorder
from resolvers.validation import Validation
from resolvers.watch import AccessChange, Announce

NAME_MAXIMUM: Final = 80
TOPIC_MAXIMUM: Final = 250


class Channels:
    def __init__(self, stores: Stores, recorder: Recorder, announce: Announce) -> None:
        self._stores = stores
        self._recorder = recorder
        self._announce = announce

    async def create(
        self,
        caller: Caller,
        workspace: str,
        name: str,
        topic: str | None,
        visibility: ChannelVisibility,
        idempotency_key: str | None,
    ) -> Channel:
        """Creates a channel; a private one begins with the caller as its owner."""
        name, topic = _described(name, topic)
        found, member = await open_workspace_of(caller, workspace, "workspaceId")
        if not may_create_channel(member):
            raise refusal(ProblemCode.FORBIDDEN, "You may not create channels here.", "workspaceId")
        channel_id, again = await claimed_id(
            self._stores.creation_claims,
            caller,
            "createChannel",
            idempotency_key,
            new_channel_id(),
            found.id,
            name,
            topic,
            visibility,
        )
        if again:
            created = (await self._stores.channels.by_ids([channel_id]))[0]
            if created is not None:
                # Whoever made it may have been taken out of it since.
                return (await channel_of(caller, channel_id, "idempotencyKey")).channel
        moment = now()
        channel = Channel(channel_id, found.id, name, topic or None, visibility, caller.user_id, moment, None)
        first = ChannelMember(channel_id, caller.user_id, MemberRole.OWNER, moment)
        try:
            await self._stores.channels.create(channel, first if visibility is ChannelVisibility.PRIVATE else None)
        except Conflict as conflict:
            raise refusal(ProblemCode.CONFLICT, "A channel of this name exists already.", "name") from conflict
        caller.loaders.forget()
        if visibility is ChannelVisibility.PRIVATE:
            await tell_belonging(self._recorder, channel_id, {caller.user_id: first.role.value})
        return channel

    async def update(self, caller: Caller, channel: str, name: str | None, topic: str | None) -> Channel:
        """Renames a channel or changes its topic; None leaves as it is, an empty topic removes it."""
        validation = Validation()
        if name is not None:
            name = validation.line("name", name, 1, NAME_MAXIMUM)
        if topic is not None:
            topic = validation.line("topic", topic, 0, TOPIC_MAXIMUM)
        validation.done()
        access = await self._moderated(caller, channel)
        try:
            changed = await self._stores.channels.update(access.channel.id, name=name, topic=topic, visibility=None)
        except Conflict as conflict:
            raise refusal(ProblemCode.CONFLICT, "A channel of this name exists already.", "name") from conflict
        caller.loaders.forget()
        return changed

    async def archive(self, caller: Caller, channel: str, *, archived: bool) -> Channel:
        """Closes a channel to all changes and frees its name, or opens it again."""
        access = await channel_of(caller, channel, "channelId")
        if not may_moderate_channel(access):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners and moderators may do this.", "channelId")
        await open_workspace_of(caller, access.channel.workspace_id, "channelId")
        if (access.channel.archived_at is not None) == archived:
            await self._closed(access.channel)
            return access.channel
        try:
            changed = await self._stores.channels.archive(access.channel.id, now() if archived else None)
        except Conflict as conflict:
            raise refusal(
                ProblemCode.CONFLICT, "A channel of this name exists by now; rename that one first.", "channelId"
            ) from conflict
        caller.loaders.forget()
        await self._closed(changed)
        return changed

    async def add_member(self, caller: Caller, channel: str, user: str) -> Channel:
        """Lets a member of the workspace into a private channel."""
        access = await self._private(caller, channel)
        user_id = UserId(well_formed("usr", user))
        member = (await self._stores.memberships.roles([(access.channel.workspace_id, user_id)]))[0]
        if member is None:
            raise refusal(ProblemCode.NOT_FOUND, "This person is not a member of the workspace.", "userId")
        newcomer = ChannelMember(access.channel.id, user_id, MemberRole.MEMBER, now())
        await self._stores.memberships.add_to_channel(newcomer)
        caller.loaders.forget()
        standing = (await self._stores.memberships.channel_roles([(access.channel.id, user_id)]))[0] or newcomer
        await tell_belonging(self._recorder, access.channel.id, {user_id: standing.role.value})
        return access.channel

    async def remove_member(self, caller: Caller, channel: str, user: str) -> UserId:
        """Takes a person, or the caller, out of a private channel. Gives who was removed."""
        user_id = UserId(well_formed("usr", user))
        access = await self._private(caller, channel, leaving=caller.user_id == user_id)
        try:
            await self._stores.memberships.remove_from_channel(access.channel.id, user_id)
        except Conflict as conflict:
            raise refusal(ProblemCode.CONFLICT, "A private channel needs an owner.", "userId") from conflict
        caller.loaders.forget()
        await self._announce(AccessChange(user_id=user_id, room_id=access.channel.id))
        await tell_belonging(self._recorder, access.channel.id, {user_id: None})
        return user_id

    async def _closed(self, channel: Channel) -> None:
        """Ends what is open of an archived channel, whoever archived it: they may not have been answered yet."""
        if channel.archived_at is not None:
            await self._announce(AccessChange(room_id=channel.id))

    async def _moderated(self, caller: Caller, channel: str) -> ChannelAccess:
        access = await open_channel_of(caller, channel, "channelId")
        if not may_moderate_channel(access):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners and moderators may do this.", "channelId")
        return access

    async def _private(self, caller: Caller, channel: str, *, leaving: bool = False) -> ChannelAccess:
        access = (
            await open_channel_of(caller, channel, "channelId") if leaving else await self._moderated(caller, channel)
        )
        if access.channel.visibility is not ChannelVisibility.PRIVATE:
            raise refusal(ProblemCode.CONFLICT, "An open channel belongs to all members of its workspace.", "channelId")
        return access


def _described(name: str, topic: str | None) -> tuple[str, str | None]:
    validation = Validation()
    name = validation.line("name", name, 1, NAME_MAXIMUM)
    if topic is not None:
        topic = validation.line("topic", topic, 0, TOPIC_MAXIMUM)
    validation.done()
    return name, topic

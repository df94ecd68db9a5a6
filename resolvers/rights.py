"""What viewers may hear now: looked up afresh, for many at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from datasources.errors import Unavailable
from datasources.records.conversations import Participant
from datasources.records.ids import ChannelId, RoomId, UserId, WorkspaceId
from datasources.records.workspaces import Channel, ChannelVisibility
from datasources.stores import Stores
from resolvers.errors import AccessLost, ApiError, RoomClosed, SessionEnded
from resolvers.loaders import PARTICIPANTS_MAXIMUM
from resolvers.permissions import ChannelAccess, may_read_channel
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a viewer may hear a room: why not, or None. `workspace_id` is a channel's, where it is known."""

    lost: ApiError | None
    workspace_id: WorkspaceId | None = None


Wish = tuple[Viewer, RoomId]


class Rights:
    """One wave for sessions and conversations, two for channels, whatever the number of viewers."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def live(self, viewers: Sequence[Viewer]) -> list[bool | Unavailable]:
        """Whether the session of each viewer is live; looking counts as its use."""
        if not viewers:
            return []
        found = await self._stores.sessions.live([(each.session_id, each.token_digest) for each in viewers])
        return list(found)

    async def standings(self, wishes: Sequence[Wish]) -> list[Standing | Unavailable]:
        """How each viewer stands to the room beside them; the outage where that could not be looked up."""
        viewers = list({viewer.session_id: viewer for viewer, _ in wishes}.values())
        channels = {(viewer.user_id, room_id) for viewer, room_id in wishes if room_id.startswith("chn_")}
        conversations = {(viewer.user_id, room_id) for viewer, room_id in wishes if room_id[:4] in {"dir_", "grp_"}}
        live, of_channels, of_conversations = await asyncio.gather(
            self.live(viewers), self._of_channels(list(channels)), self._of_conversations(list(conversations))
        )
        sessions = dict(zip((viewer.session_id for viewer in viewers), live, strict=True))
        rooms = of_channels | of_conversations
        found: list[Standing | Unavailable] = []
        for viewer, room_id in wishes:
            session = sessions[viewer.session_id]
            if isinstance(session, Unavailable):
                found.append(session)
            elif not session:
                found.append(Standing(SessionEnded()))
            elif room_id == viewer.user_id:
                found.append(Standing(None))
            else:
                found.append(rooms.get((viewer.user_id, room_id)) or Standing(_lost()))
        return found

    async def _of_channels(
        self, keys: Sequence[tuple[UserId, RoomId]]
    ) -> dict[tuple[UserId, RoomId], Standing | Unavailable]:
        if not keys:
            return {}
        ids = list({ChannelId(room_id) for _, room_id in keys})
        try:
            channels = {each.id: each for each in await self._stores.channels.by_ids(ids) if each is not None}
            return await self._of_known_channels(
                [(user_id, channels[ChannelId(room_id)]) for user_id, room_id in keys if room_id in channels]
            )
        except Unavailable as away:
            return dict.fromkeys(keys, away)

    async def _of_known_channels(
        self, keys: Sequence[tuple[UserId, Channel]]
    ) -> dict[tuple[UserId, RoomId], Standing | Unavailable]:
        workspace_ids = list({channel.workspace_id for _, channel in keys})
        private = [(c.id, user_id) for user_id, c in keys if c.visibility is ChannelVisibility.PRIVATE]
        memberships = self._stores.memberships
        workspaces, members, channel_members = await asyncio.gather(
            self._stores.workspaces.by_ids(workspace_ids),
            memberships.roles([(channel.workspace_id, user_id) for user_id, channel in keys]),
            memberships.channel_roles(private),
        )
        archived = {each.id for each in workspaces if each is None or each.archived_at is not None if each}
        of_private = dict(zip(private, channel_members, strict=True))
        found: dict[tuple[UserId, RoomId], Standing | Unavailable] = {}
        for (user_id, channel), member in zip(keys, members, strict=True):
            lost: ApiError | None = None
            if not may_read_channel(ChannelAccess(channel, member, of_private.get((channel.id, user_id)))):
                lost = _lost()
            elif channel.archived_at is not None or channel.workspace_id in archived:
                lost = RoomClosed("This channel is archived.")
            found[user_id, channel.id] = Standing(lost, channel.workspace_id)
        return found

    async def _of_conversations(
        self, keys: Sequence[tuple[UserId, RoomId]]
    ) -> dict[tuple[UserId, RoomId], Standing | Unavailable]:
        if not keys:
            return {}
        ids = list({room_id for _, room_id in keys})
        try:
            participants = await self._stores.rooms.of_rooms(Participant, ids, PARTICIPANTS_MAXIMUM)
        except Unavailable as away:
            return dict.fromkeys(keys, away)
        present = {
            (each.user_id, room_id)
            for room_id, some in zip(ids, participants, strict=True)
            for each in some
            if each.left_at is None
        }
        return {key: Standing(None if key in present else _lost()) for key in keys}


def _lost() -> AccessLost:
    return AccessLost("You may not read this any more.")

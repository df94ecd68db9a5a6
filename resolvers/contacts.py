"""The people whom a viewer talks with, of whom they hear when they come and go."""

import asyncio
from collections.abc import Iterable
from typing import Final

from datasources.errors import Unavailable
from datasources.records.conversations import Block, Participant
from datasources.records.ids import ConversationId, RoomId, UserId
from datasources.stores import Stores
from resolvers.clock import now
from resolvers.loaders import BLOCKS_MAXIMUM
from resolvers.presence import Follower, Presence, PresenceNews

CONTACTS_MAXIMUM: Final = 100
_OF_TWO: Final = 3
"""One more than there are, so that a store need not look again, room by room."""


class Contacts:
    """Those of at most 100 conversations of two, the ones with the newest messages, but for blocks between the two."""

    def __init__(self, stores: Stores, presence: Presence, user_id: UserId, follower: Follower) -> None:
        self._stores = stores
        self._presence = presence
        self._user_id = user_id
        self._follower = follower
        self._followed: set[UserId] = set()

    async def listed(self, rooms: Iterable[RoomId]) -> None:
        """The viewer's rooms are these now, newest first."""
        conversations = [ConversationId(room_id) for room_id in rooms if room_id.startswith("dir_")][:CONTACTS_MAXIMUM]
        try:
            found, blocks = await asyncio.gather(
                self._stores.rooms.of_rooms(Participant, conversations, _OF_TWO),
                self._stores.rooms.of_rooms(Block, conversations, BLOCKS_MAXIMUM),
            )
        except Unavailable:
            return
        people = {each.user_id for some in found for each in some} - {self._user_id}
        closed = [any(block.active for block in some) for some in blocks]
        blocked = {each.user_id for some, shut in zip(found, closed, strict=True) if shut for each in some}
        people -= blocked
        for user_id in self._followed - people:
            self._presence.unfollow(user_id, self._follower)
        for user_id in self._followed & blocked:
            # Of whom nothing is told any more, a viewer is not to go on thinking that they are here.
            self._follower(PresenceNews(user_id, False, now()))
        newcomers = people - self._followed
        for user_id in newcomers:
            self._presence.follow(user_id, self._follower)
        self._followed = people
        await self._presence.look(newcomers)

    def close(self) -> None:
        for user_id in self._followed:
            self._presence.unfollow(user_id, self._follower)
        self._followed.clear()

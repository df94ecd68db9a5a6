"""The people whom a person talks with, of whom they hear when they come and go."""

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
    """Those of at most 100 conversations of two, the ones with the newest messages, but for blocks between the two.

    Looked up once for all streams of the person, each of which is told by itself of those who are here.
    """

    def __init__(self, stores: Stores, presence: Presence, user_id: UserId) -> None:
        self._stores = stores
        self._presence = presence
        self._user_id = user_id
        self._followed: dict[Follower, set[UserId]] = {}

    def join(self, follower: Follower) -> None:
        """Told of them when the rooms are listed next."""
        self._followed[follower] = set()

    def leave(self, follower: Follower) -> None:
        for user_id in self._followed.pop(follower):
            self._presence.unfollow(user_id, follower)

    async def listed(self, rooms: Iterable[RoomId]) -> None:
        """The person's rooms are these now, newest first."""
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
        newcomers: set[UserId] = set()
        for follower, followed in self._followed.items():
            for user_id in followed - people:
                self._presence.unfollow(user_id, follower)
            for user_id in followed & blocked:
                # Of whom nothing is told any more, a viewer is not to go on thinking that they are here.
                follower(PresenceNews(user_id, False, now()))
            for user_id in people - followed:
                self._presence.follow(user_id, follower)
            newcomers |= people - followed
            self._followed[follower] = people
        await self._presence.look(newcomers)

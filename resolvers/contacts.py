"""The people whom a viewer talks with, of whom they hear when they come and go."""

from collections.abc import Iterable
from typing import Final

from datasources.errors import Unavailable
from datasources.records.conversations import Participant
from datasources.records.ids import ConversationId, RoomId, UserId
from datasources.stores import Stores
from resolvers.presence import Follower, Presence

CONTACTS_MAXIMUM: Final = 100


class Contacts:
    """Those of at most 100 conversations of two, the ones with the newest messages."""

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
            found = await self._stores.rooms.of_rooms(Participant, conversations, 2)
        except Unavailable:
            return
        people = {each.user_id for some in found for each in some} - {self._user_id}
        for user_id in self._followed - people:
            self._presence.unfollow(user_id, self._follower)
        newcomers = people - self._followed
        for user_id in newcomers:
            self._presence.follow(user_id, self._follower)
        self._followed = people
        await self._presence.look(newcomers)

    def close(self) -> None:
        for user_id in self._followed:
            self._presence.unfollow(user_id, self._follower)
        self._followed.clear()

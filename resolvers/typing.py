"""Who is writing: told to those who listen to the room, and kept nowhere."""

import time
from collections.abc import Callable
from typing import Final, Protocol

from datasources.errors import Unavailable
from datasources.records.ephemeral import Typing
from datasources.records.ids import RoomId, UserId
from datasources.stores import PresenceStore
from resolvers.access import open_room_of
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.permissions import room_of

QUIET_SECONDS: Final = 3.0
REMEMBERED_MAXIMUM: Final = 10_000


class Whisperer(Protocol):
    async def whisper(self, typing: Typing) -> None:
        """Tells those who listen now; an outage of the broker is no error."""


class Typists:
    """Each person is told of once in three seconds a room, by this process and, where Redis is there, by all."""

    def __init__(
        self, presence: PresenceStore, whisperer: Whisperer, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._presence = presence
        self._whisperer = whisperer
        self._clock = clock
        self._told: dict[tuple[RoomId, UserId], float] = {}

    async def start(self, caller: Caller, room: str) -> bool:
        """Tells that the caller is writing there, where they may write; whether that was told now."""
        room_id = room_of(await open_room_of(caller, room, "roomId"))
        if not self._first_here(room_id, caller.user_id):
            return False
        try:
            if not await self._presence.types(room_id, caller.user_id):
                return False
        except Unavailable:
            # Then each process holds to it by itself.
            pass
        await self._whisperer.whisper(Typing(room_id, caller.user_id, now()))
        return True

    def _first_here(self, room_id: RoomId, user_id: UserId) -> bool:
        moment = self._clock()
        told = self._told.pop((room_id, user_id), None)
        recent = told is not None and moment - told < QUIET_SECONDS
        self._told[room_id, user_id] = told if told is not None and recent else moment
        while len(self._told) > REMEMBERED_MAXIMUM:
            del self._told[next(iter(self._told))]
        return not recent

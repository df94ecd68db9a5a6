"""Rooms that viewers of this process follow without listening to each by themselves: one stream a room for all."""

import asyncio
from asyncio import Task, create_task
from collections.abc import Callable
from typing import Any, Final

import structlog

from datasources.events.queues import SlowSubscriber
from datasources.events.tasks import end
from datasources.records.changes import RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import RoomId
from resolvers.live import Gap, Live

PAUSE_SECONDS: Final = 1.0

Follower = Callable[[RoomId, RoomEvent | Typing | None], None]
"""Told of each event, or None where some may have been missed: look anew. Must neither wait nor raise."""

_log: Any = structlog.get_logger(__name__)


class RoomFeeds:
    def __init__(self, live: Live) -> None:
        self._live = live
        self._followed: dict[RoomId, _Followed] = {}
        self._ending: set[Task[None]] = set()

    def __len__(self) -> int:
        return len(self._followed)

    async def stop(self) -> None:
        tasks = [*(followed.task for followed in self._followed.values()), *self._ending]
        self._followed.clear()
        await end(tasks)

    def follow(self, room_id: RoomId, follower: Follower) -> None:
        """Told of what happens from a moment on that is told of too, by None."""
        followed = self._followed.get(room_id)
        if followed is None:
            followed = self._followed[room_id] = _Followed(room_id)
            followed.task = create_task(self._run(followed), name=f"followed-{room_id}")
        followed.followers.add(follower)
        if followed.begun:
            follower(room_id, None)

    def unfollow(self, room_id: RoomId, follower: Follower) -> None:
        followed = self._followed.get(room_id)
        if followed is None:
            return
        followed.followers.discard(follower)
        if not followed.followers:
            del self._followed[room_id]
            self._ending.add(followed.task)
            followed.task.add_done_callback(self._ending.discard)
            followed.task.cancel()

    async def _run(self, followed: "_Followed") -> None:
        while True:
            try:
                async with self._live.overhearing(followed.room_id, None) as events:
                    followed.begun = True
                    followed.tell(None)
                    async for event in events:
                        if not isinstance(event, Gap):
                            followed.tell(event)
            except SlowSubscriber:
                _log.warning("a followed room went too fast", room=followed.room_id)
            except Exception as broken:  # noqa: BLE001 # one room's stream is begun anew, and its followers look anew
                _log.warning("a followed room's stream broke", room=followed.room_id, error=repr(broken))
            followed.begun = False
            await asyncio.sleep(PAUSE_SECONDS)


class _Followed:
    __slots__ = ("begun", "followers", "room_id", "task")

    task: Task[None]

    def __init__(self, room_id: RoomId) -> None:
        self.room_id = room_id
        self.begun = False
        self.followers: set[Follower] = set()

    def tell(self, event: RoomEvent | Typing | None) -> None:
        for follower in tuple(self.followers):
            follower(self.room_id, event)

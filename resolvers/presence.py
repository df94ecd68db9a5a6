"""Who is here: noted while somebody listens to what concerns them, and told to those who talk with them.

Ephemeral: nothing of it is logged, and what an outage swallows is found again by looking from time to time.
"""

import asyncio
from asyncio import Task, create_task
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from datasources.errors import Unavailable
from datasources.events.hub import Delivery, Hub
from datasources.events.queues import SlowSubscriber
from datasources.events.tasks import end
from datasources.records.ids import UserId
from datasources.stores import PresenceStore
from resolvers.clock import now

TOPIC: Final = "homeroom:presence"
SIGN_SECONDS: Final = 20.0
"""A third of the time that a sign holds."""

LINGER_SECONDS: Final = 5.0
"""Whoever comes back within this time, as by loading a page anew, has not been away."""

STOP_SECONDS: Final = 2.0
AT_ONCE: Final = 20

_log: Any = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PresenceNews:
    """Somebody came or went."""

    user_id: UserId
    online: bool
    at: datetime
    cursor: None = None


Follower = Callable[[PresenceNews], None]
"""Must neither wait nor raise."""


class Presence:
    """The people who listen in this process, and those of whom somebody in this process wants to know."""

    def __init__(self, store: PresenceStore, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._here: dict[UserId, int] = {}
        self._leaving: dict[UserId, Task[None]] = {}
        self._followers: dict[UserId, dict[Follower, bool]] = {}
        self._tasks: list[Task[None]] = []
        self._stopped = False

    async def start(self) -> None:
        self._tasks = [
            create_task(self._listen(), name="presence-news"),
            create_task(self._sign(), name="presence-signs"),
        ]

    async def stop(self) -> None:
        self._stopped = True
        people = [*self._here, *self._leaving]
        await end([*self._tasks, *self._leaving.values()])
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._each(people, self._leave)
        except TimeoutError:
            _log.warning("some people will be taken for present for a minute", people=len(people))

    @asynccontextmanager
    async def present(self, user_id: UserId) -> AsyncIterator[None]:
        """Somebody is here for as long as this is entered, and a little longer."""
        self._here[user_id] = self._here.get(user_id, 0) + 1
        try:
            if self._here[user_id] == 1:
                await self._arrive(user_id)
            yield
        finally:
            self._here[user_id] -= 1
            if not self._here[user_id]:
                del self._here[user_id]
            if user_id not in self._here and not self._stopped:
                self._leaving[user_id] = create_task(self._linger(user_id), name=f"presence-{user_id}")

    def follow(self, user_id: UserId, follower: Follower) -> None:
        """A new follower takes them for away: whoever is here is told of at the first look, as no order of asking and
        of listening would tell of one who came between the two.
        """
        self._followers.setdefault(user_id, {}).setdefault(follower, False)

    def unfollow(self, user_id: UserId, follower: Follower) -> None:
        followers = self._followers.get(user_id, {})
        followers.pop(follower, None)
        if not followers:
            self._followers.pop(user_id, None)

    async def look(self, people: Iterable[UserId]) -> None:
        """Looks who of those who are followed is here, and tells each follower of what they have not been told."""
        ids = [user_id for user_id in people if user_id in self._followers]
        try:
            found = await self._store.by_users(ids)
        except Unavailable:
            return
        for user_id, online in zip(ids, found, strict=True):
            self._tell(user_id, online=online)

    async def _arrive(self, user_id: UserId) -> None:
        leaving = self._leaving.pop(user_id, None)
        if leaving is not None:
            await end([leaving])
        try:
            if not await self._store.here(user_id):
                return
        except Unavailable:
            return
        await self._publish(user_id, online=True)

    async def _linger(self, user_id: UserId) -> None:
        try:
            await asyncio.sleep(LINGER_SECONDS)
            await self._leave(user_id)
        finally:
            if self._leaving.get(user_id) is asyncio.current_task():
                del self._leaving[user_id]

    async def _leave(self, user_id: UserId) -> None:
        try:
            await self._store.gone(user_id)
            elsewhere = (await self._store.by_users([user_id]))[0]
        except Unavailable:
            return
        if not elsewhere:
            await self._publish(user_id, online=False)

    async def _publish(self, user_id: UserId, *, online: bool) -> None:
        await self._hub.publish(TOPIC, b"%d%s" % (online, user_id.encode()), durable=False)

    async def _listen(self) -> None:
        while True:
            async with self._hub.subscribe(TOPIC) as subscription:
                try:
                    async for item in subscription:
                        if isinstance(item, Delivery):
                            text = item.payload.decode()
                            self._tell(UserId(text[1:]), online=text[0] == "1")
                except SlowSubscriber:
                    _log.warning("too much presence at once: looking instead")
                else:
                    return
            await self.look(list(self._followers))

    async def _sign(self) -> None:
        while True:
            await asyncio.sleep(SIGN_SECONDS)
            await self._each(list(self._here), self._note)
            followed = list(self._followers)
            for first in range(0, len(followed), 100):
                await self.look(followed[first : first + 100])

    async def _note(self, user_id: UserId) -> None:
        try:
            await self._store.here(user_id)
        except Unavailable:
            return

    async def _each(self, people: Iterable[UserId], note: Callable[[UserId], Any]) -> None:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(user_id: UserId) -> None:
            async with slots:
                await note(user_id)

        await asyncio.gather(*(one(user_id) for user_id in people))

    def _tell(self, user_id: UserId, *, online: bool) -> None:
        followers = self._followers.get(user_id, {})
        uninformed = [follower for follower, told in followers.items() if told is not online]
        news = PresenceNews(user_id, online, now())
        for follower in uninformed:
            followers[follower] = online
            follower(news)

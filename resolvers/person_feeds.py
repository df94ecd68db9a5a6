"""What all streams of one person in this process share: which rooms are theirs, what is unread there, who is around."""

from asyncio import Task, create_task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass

from datasources.events.tasks import end
from datasources.records.ids import UserId
from datasources.stores import Stores
from resolvers.contacts import Contacts
from resolvers.counting import Counting, Listener
from resolvers.presence import Follower, Presence
from resolvers.room_feeds import RoomFeeds
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class _Person:
    contacts: Contacts
    counting: Counting
    task: Task[None]


class PersonFeeds:
    """The first stream of a person begins what they share, and the last one ends it."""

    def __init__(self, stores: Stores, feeds: RoomFeeds, presence: Presence) -> None:
        self._stores = stores
        self._feeds = feeds
        self._presence = presence
        self._people: dict[UserId, _Person] = {}

    def __len__(self) -> int:
        return len(self._people)

    @asynccontextmanager
    async def joined(self, viewer: Viewer, listener: Listener, follower: Follower) -> AsyncIterator[Counting]:
        """`listener` and `follower` are told for as long as this is entered."""
        person = self._people.get(viewer.user_id)
        if person is None:
            person = self._people[viewer.user_id] = self._begun(viewer)
        person.contacts.join(follower)
        person.counting.join(listener)
        try:
            yield person.counting
        finally:
            person.contacts.leave(follower)
            if person.counting.leave(listener):
                del self._people[viewer.user_id]
                await end([person.task])

    def _begun(self, viewer: Viewer) -> _Person:
        contacts = Contacts(self._stores, self._presence, viewer.user_id)
        counting = Counting(self._stores, self._feeds, viewer, listed=contacts.listed)
        # Of none of the streams by itself, which may end before the others.
        task = create_task(counting.run(), name=f"counts-{viewer.user_id}", context=Context())
        return _Person(contacts, counting, task)

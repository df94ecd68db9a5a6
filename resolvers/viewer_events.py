"""What concerns one person: their own log, and beside it counts and presence, which are not logged."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Final

from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import UserId
from datasources.stores import Stores
from resolvers.caller import Caller
from resolvers.counting import Counting, Listener, UnreadCount
from resolvers.cursors import position_of
from resolvers.errors import TooManyStreams
from resolvers.interleaving import Mailbox, interleaved
from resolvers.live import Gap, Live
from resolvers.person_feeds import PersonFeeds
from resolvers.presence import Presence, PresenceNews
from resolvers.room_feeds import RoomFeeds
from resolvers.viewer import Viewer
from resolvers.watch import Watch

NEWS_MAXIMUM: Final = 500
"""Of what is not logged: counts of rooms, people who come, go or write."""

STREAMS_MAXIMUM: Final = 20
"""Of one person in one process, as the tabs of a browser have."""

Heard = RoomEvent | Gap | UnreadCount | PresenceNews | Typing


class ViewerEvents:
    def __init__(self, stores: Stores, live: Live, watch: Watch, feeds: RoomFeeds, presence: Presence) -> None:
        self._live = live
        self._watch = watch
        self._presence = presence
        self._people = PersonFeeds(stores, feeds, presence)
        self._open: Counter[UserId] = Counter()

    async def events(self, caller: Caller, after: str | None) -> AsyncGenerator[Heard, None]:
        """What concerns the caller after this cursor, or from now on.

        Raises `BadInput` for a foreign cursor or one of the future, `TooManyStreams`, and what `Watch.guard` does.
        """
        viewer = caller.signed_in()
        position = position_of(after, viewer.user_id)
        with self._place(viewer.user_id):
            guarded = self._watch.guard(viewer, viewer.user_id, self._events(viewer, position))
            async with aclosing(guarded) as events:
                async for event in events:
                    yield event

    @contextmanager
    def _place(self, user_id: UserId) -> Iterator[None]:
        if self._open[user_id] >= STREAMS_MAXIMUM:
            raise TooManyStreams(STREAMS_MAXIMUM)
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]

    async def _events(self, viewer: Viewer, position: int | None) -> AsyncGenerator[Heard, None]:
        news: Mailbox[Heard] = Mailbox(NEWS_MAXIMUM)
        listener = Listener(
            tell=lambda count: news.put(("unread", count.room_id), count),
            pass_on=lambda typing: news.put(("typing", typing.room_id, typing.user_id), typing),
            all_at_first=position is not None,
        )
        async with (
            self._presence.present(viewer.user_id),
            self._live.listening(viewer.user_id, position) as log,
            self._people.joined(viewer, listener, lambda each: news.put(("presence", each.user_id), each)) as counting,
            aclosing(interleaved(log, news)) as events,
        ):
            async for event in events:
                if isinstance(event, RoomEvent):
                    _note(counting, event)
                yield event


def _note(counting: Counting, event: RoomEvent) -> None:
    if event.kind is EventKind.BELONGING_CHANGED:
        counting.list_again()
    else:
        counting.heard(event)

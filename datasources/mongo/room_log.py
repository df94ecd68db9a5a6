"""The logs of rooms, and the marks in them of what another store is owed.

An event that is owed carries the mark in its own document, and has no date on which it expires: the index that removes
old events passes over it, however long the other store is away.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from pymongo.errors import BulkWriteError, DuplicateKeyError

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.room_collections import RoomCollections
from datasources.records.changes import RoomEvent
from datasources.records.encoding import OwedDecoder, decode_logged, encode_event
from datasources.records.ids import RoomId, room
from datasources.records.retention import LOG_KEPT, LOG_PROMISED, in_milliseconds
from datasources.snowflakes import first_of

OWED: Final[Fields] = {"owed": {"$gt": 0}}
"""An equality or a range of the sparse index; `$exists` would not use one everywhere."""

_DUPLICATE_KEY: Final = 11000
_LOGGED: Final[Fields] = {"payload": 1, "room_id": 1, "snowflake": 1}
_PROMISED_MS: Final = in_milliseconds(LOG_PROMISED)
_KEPT_MS: Final = in_milliseconds(LOG_KEPT)


class RoomLog:
    """`clock` gives the Unix time in milliseconds."""

    def __init__(self, mongo: Mongo, collections: RoomCollections, clock: Callable[[], int]) -> None:
        self._mongo = mongo
        self._events = collections.events
        self._clock = clock
        self._decode_owed = OwedDecoder(collections.prefix)

    async def add(self, event: RoomEvent, *, owed: bool) -> None:
        """One that is there already stays as it is, with its mark or without."""
        try:
            with self._mongo.statement():
                await self._mongo.collection(self._events).insert_one(_document(event, owed=owed))
        except DuplicateKeyError:
            pass

    async def add_many(self, events: Sequence[RoomEvent]) -> None:
        """All of these, owed to nobody, in one statement."""
        if not events:
            return
        with self._mongo.statement():
            try:
                await self._mongo.collection(self._events).insert_many(
                    [_document(event, owed=False) for event in events], ordered=False
                )
            except BulkWriteError as error:
                failures = (error.details or {}).get("writeErrors", [])
                if any(failure["code"] != _DUPLICATE_KEY for failure in failures):
                    raise

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        # What has expired may still be there, since the server removes it only when it gets to it.
        expired = first_of(self._clock() - _KEPT_MS) - 1
        query = {"room_id": room_id, "snowflake": {"$gt": max(after, expired)}, "quiet": False}
        found = await self._find(query, "snowflake", limit)
        return [decode_logged(each["payload"], room(each["room_id"]), each["snowflake"]) for each in found]

    def start(self) -> int:
        """The Snowflake before which events may be gone, in every log."""
        return first_of(self._clock() - _PROMISED_MS)

    async def owed(self, limit: int) -> list[RoomEvent]:
        return self._decode_owed([each["payload"] for each in await self._find(OWED, "owed", limit)])

    async def is_owed(self, event: RoomEvent) -> bool:
        with self._mongo.statement():
            found = await self._mongo.collection(self._events).find_one({"_id": event.cursor}, {"owed": 1})
        return found is not None and "owed" in found

    async def payload(self, event: RoomEvent) -> bytes:
        """The event as it stands in the log, which this process may not be able to read."""
        with self._mongo.statement():
            found = await self._mongo.collection(self._events).find_one({"_id": event.cursor}, {"payload": 1})
        return encode_event(event) if found is None else found["payload"]

    async def clear(self, events: Sequence[RoomEvent]) -> None:
        """Takes the marks away; the events expire from now on, and quiet ones are gone at once."""
        logged = [event.cursor for event in events if not event.quiet]
        if logged:
            # Kept for a full time from now on, which is longer than need be: one statement clears them all.
            change = {"$unset": {"owed": ""}, "$set": {"expires_at": self.now() + LOG_KEPT}}
            with self._mongo.statement():
                await self._mongo.collection(self._events).update_many({"_id": {"$in": logged}, **OWED}, change)
        await self.remove([event for event in events if event.quiet])

    async def remove(self, events: Sequence[RoomEvent]) -> None:
        if events:
            with self._mongo.statement():
                await self._mongo.collection(self._events).delete_many(
                    {"_id": {"$in": [event.cursor for event in events]}}
                )

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)

    async def _find(self, query: Fields, order: str, limit: int) -> list[Fields]:
        with self._mongo.statement():
            cursor = self._mongo.collection(self._events).find(query, _LOGGED, batch_size=limit + 1)
            return await cursor.sort(order).limit(limit).to_list()


def _document(event: RoomEvent, *, owed: bool) -> Fields:
    return {
        "_id": event.cursor,
        "room_id": event.room_id,
        "snowflake": event.snowflake,
        "kind": event.kind.value,
        "at": event.at,
        "quiet": event.quiet,
        "payload": encode_event(event),
        **({"owed": event.snowflake} if owed else {"expires_at": event.at + LOG_KEPT}),
    }

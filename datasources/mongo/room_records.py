"""The small records of rooms: the same for every type of them."""

from collections.abc import Mapping, Sequence
from typing import Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.newest import only_duplicates, write_version, write_versions
from datasources.mongo.record_fields import is_known, record_id, record_of, record_version
from datasources.mongo.room_collections import RoomCollections
from datasources.mongo.waves import wave
from datasources.records.changes import Change, R, Record, by_type
from datasources.records.conversations import Conversation
from datasources.records.ids import MessageId, RoomId

_NOTHING_ELSE_KNOWN: Final[Fields] = {"target": 0, "revision": -1, "ended": False, "record": None}
"""Of a conversation of which only its activity is known."""


class RoomRecords:
    def __init__(self, mongo: Mongo, collections: RoomCollections) -> None:
        self._mongo = mongo
        self._collections = collections

    async def write(self, record: Record) -> None:
        await write_version(self._mongo, self._collections.of(type(record)), record_version(record))

    async def write_many(self, records: Sequence[Record]) -> None:
        """One revision of each of these records; they may be of several types."""
        await wave(
            [
                write_versions(self._mongo, self._collections.of(kind), [record_version(each) for each in some])
                for kind, some in by_type(records).items()
            ]
        )

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        distinct = list(dict.fromkeys(ids))
        if not distinct:
            return []
        with self._mongo.statement():
            cursor = self._mongo.collection(self._collections.of(kind)).find(
                {"message_id": {"$in": distinct}}, batch_size=1000
            )
            found = await cursor.to_list()
        about: dict[str, list[R]] = {message_id: [] for message_id in distinct}
        for each in sorted(found, key=_by_id):
            about[each["message_id"]].append(record_of(kind, each))
        return [about[message_id] for message_id in ids]

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        """Those that have ended come last in each room."""
        distinct = list(dict.fromkeys(rooms))
        if not distinct or limit <= 0:
            return [() for _ in rooms]
        collection, total = self._collections.of(kind), len(distinct) * limit
        found = await self._of_rooms(collection, distinct, total)
        if len(found) == total and len(distinct) > 1:
            # Some room may have left no place for another.
            parts = await wave([self._of_rooms(collection, [room_id], limit) for room_id in distinct])
            found = [each for part in parts for each in part]
        of_room: dict[str, list[R]] = {room_id: [] for room_id in distinct}
        for each in sorted(found, key=lambda document: (document["ended"], document["_id"])):
            if is_known(each):
                of_room[each["room_id"]].append(record_of(kind, each))
        return [of_room[room_id][:limit] for room_id in rooms]

    async def stored(self, records: Sequence[Change]) -> list[Change]:
        """What stands under the identities of these, which are of one type."""
        kind = type(records[0])
        ids = list({record_id(record.room_id, record.key) for record in records})
        with self._mongo.statement():
            cursor = self._mongo.collection(self._collections.of(kind)).find(
                {"_id": {"$in": ids}}, batch_size=len(ids) + 1
            )
            return [record_of(kind, each) for each in await cursor.to_list() if is_known(each)]

    async def raise_activity(self, latest: Mapping[RoomId, int]) -> None:
        """Notes the latest message of each of these conversations, known here already or not."""
        if not self._collections.has_conversations or not latest:
            return
        updates = [
            UpdateOne(
                {"_id": record_id(room_id, "")},
                {
                    "$max": {"activity": snowflake},
                    "$setOnInsert": {**_NOTHING_ELSE_KNOWN, "room_id": room_id},
                },
                upsert=True,
            )
            for room_id, snowflake in latest.items()
        ]
        try:
            await self._raise(updates)
        except DuplicateKeyError:
            await self._raise(updates)

    async def _raise(self, updates: Sequence[UpdateOne]) -> None:
        """`DuplicateKeyError` where another was the first to note anything about one of them."""
        with self._mongo.statement():
            try:
                await self._mongo.collection(self._collections.of(Conversation)).bulk_write(updates, ordered=False)
            except BulkWriteError as error:
                if only_duplicates(error):
                    raise DuplicateKeyError("known by now") from None
                raise

    async def _of_rooms(self, collection: str, rooms: Sequence[RoomId], limit: int) -> list[Fields]:
        # No further condition: beside `$in`, one has the embedded server look at every document.
        where = {"room_id": rooms[0]} if len(rooms) == 1 else {"room_id": {"$in": list(rooms)}}
        with self._mongo.statement():
            cursor = self._mongo.collection(collection).find(where, batch_size=limit + 1).limit(limit)
            if len(rooms) == 1:
                cursor = cursor.sort([("ended", 1), ("_id", 1)])
            return await cursor.to_list()


def _by_id(document: Fields) -> str:
    identity: str = document["_id"]
    return identity

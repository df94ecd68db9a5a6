"""What another store is owed: settling it, and who does.

In a staging set a record stands as long as an event that is owed speaks of it; then it is removed. The record goes
first and the event after it: what a crash between the two leaves is an event that is settled once more, and never a
record that nobody would remove, which readers would take for news.
"""

from collections.abc import Sequence
from datetime import timedelta

from pymongo import DeleteOne
from pymongo.errors import DuplicateKeyError

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.message_fields import kept_revision, message_version
from datasources.mongo.newest import Version
from datasources.mongo.record_fields import record_version
from datasources.mongo.room_collections import LEASES, RoomCollections
from datasources.mongo.room_log import OWED, RoomLog
from datasources.mongo.waves import wave
from datasources.records.changes import Record, RoomEvent
from datasources.records.debts import COUNTED, Debts
from datasources.records.messages import Message


class RoomDebts:
    def __init__(self, mongo: Mongo, collections: RoomCollections, log: RoomLog) -> None:
        self._mongo = mongo
        self._collections = collections
        self._log = log

    async def settle(self, events: Sequence[RoomEvent]) -> None:
        if not events:
            return
        if not self._collections.staging:
            await self._log.clear(events)
            return
        await self.unstage(events)
        await self._log.remove(events)

    async def unstage(self, events: Sequence[RoomEvent]) -> None:
        """Removes the records of these events, where they are not newer by now, and the kept revisions of edits."""
        removals: dict[str, list[DeleteOne]] = {}
        for event in events:
            for collection, version in self._staged(event):
                removals.setdefault(collection, []).extend(map(DeleteOne, version.not_newer))
        await wave([self._remove(collection, some) for collection, some in removals.items()])

    async def bury(self, event: RoomEvent, reason: str) -> None:
        """The record stays, in a staging set too: it was acknowledged, and stands nowhere else."""
        document: Fields = {
            "_id": event.cursor,
            "room_id": event.room_id,
            "snowflake": event.snowflake,
            "payload": await self._log.payload(event),
            "reason": reason,
            "buried_at": self._log.now(),
        }
        try:
            with self._mongo.statement():
                await self._mongo.collection(self._collections.dead_letters).insert_one(document)
        except DuplicateKeyError:
            pass  # buried before, by somebody who did not come to clear the mark
        await self._log.clear([event])

    async def count(self) -> Debts:
        events, dead_letters = self._collections.events, self._collections.dead_letters
        owed, dead, oldest = await wave([self._count(events, OWED), self._count(dead_letters, {}), self._oldest()])
        return Debts(owed=owed["n"], oldest=oldest.get("at"), dead=dead["n"])

    async def lease(self, holder: str, seconds: float) -> bool:
        """Dates are this process's own clock's: two holders of clocks that differ settle the same twice, no more."""
        now = self._log.now()
        free = {"_id": self._collections.prefix, "$or": [{"holder": holder}, {"expires_at": {"$lte": now}}]}
        lease = {"holder": holder, "expires_at": now + timedelta(seconds=seconds)}
        try:
            with self._mongo.statement():
                taken = await self._mongo.collection(LEASES).update_one(free, {"$set": lease}, upsert=True)
        except DuplicateKeyError:
            return False
        return taken.matched_count == 1 or taken.upserted_id is not None

    def _staged(self, event: RoomEvent) -> list[tuple[str, Version]]:
        change = event.change
        if isinstance(change, Record):
            return [(self._collections.of(type(change)), record_version(change))]
        if not isinstance(change, Message):
            return []
        kept = [] if event.previous is None else [kept_revision(event.previous), kept_revision(change)]
        return [
            (self._collections.messages, message_version(change)),
            *((self._collections.history, version) for version in kept),
        ]

    async def _remove(self, collection: str, removals: list[DeleteOne]) -> None:
        with self._mongo.statement():
            await self._mongo.collection(collection).bulk_write(removals, ordered=False)

    async def _count(self, collection: str, where: Fields) -> Fields:
        with self._mongo.statement():
            return {"n": await self._mongo.collection(collection).count_documents(where, limit=COUNTED)}

    async def _oldest(self) -> Fields:
        with self._mongo.statement():
            found = await self._mongo.collection(self._collections.events).find_one(OWED, {"at": 1}, sort=[("owed", 1)])
        return found or {}

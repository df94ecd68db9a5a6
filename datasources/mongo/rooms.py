"""Rooms in MongoDB: messages, the records beside them, their logs, and what another store is owed of them.

Sources: documents 000 and 003, consistency.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from datasources.mongo.claims import Claims
from datasources.mongo.client import Fields, Mongo
from datasources.mongo.room_collections import RoomCollections
from datasources.mongo.room_debts import RoomDebts
from datasources.mongo.room_log import RoomLog
from datasources.mongo.room_messages import RoomMessages
from datasources.mongo.room_records import RoomRecords
from datasources.mongo.waves import wave
from datasources.records.changes import C, Change, EventKind, R, Record, RoomEvent, by_type, folded, matching
from datasources.records.debts import Debts
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import Page, PageArguments
from datasources.snowflakes import unix_ms


class MongoRooms:
    """Implements `RoomStore`, and `OwingStore` where the collections are those of an owing set.

    `clock` gives the Unix time in milliseconds.
    """

    def __init__(self, mongo: Mongo, collections: RoomCollections, *, clock: Callable[[], int] = unix_ms) -> None:
        self._collections = collections
        self._clock = clock
        self._claims = Claims(mongo, collections.claims)
        self._log = RoomLog(mongo, collections, clock)
        self._messages = RoomMessages(mongo, collections)
        self._records = RoomRecords(mongo, collections)
        self._debts = RoomDebts(mongo, collections, self._log)

    async def claim(self, claim: SendClaim) -> SendClaim:
        return _claim_of(await self._claims.claim(_claim_id(claim), asdict(claim), self._clock()))

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        standing = await self._claims.standing(_claim_id(claim), self._clock())
        return None if standing is None else _claim_of(standing)

    async def write(self, event: RoomEvent) -> RoomEvent:
        await self._write(event, owed=False)
        return event

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        if self._collections.keeps_records:
            return await wave([self.write(event) for event in events])
        await self._log.add_many([event for event in events if not event.quiet])
        return list(events)

    async def write_owing(self, event: RoomEvent) -> None:
        await self._write(event, owed=True)
        if self._collections.staging and not await self._log.is_owed(event):
            # Settled by somebody between our two writes: then the record came after its removal.
            await self._debts.unstage([event])

    async def apply(self, changes: Sequence[Change]) -> None:
        if not self._collections.keeps_records or not changes:
            return
        newest = folded(changes).values()
        messages = [change for change in newest if isinstance(change, Message)]
        records = [change for change in newest if isinstance(change, Record)]
        await wave(
            [
                self._records.raise_activity(_latest(messages)),
                self._messages.write_many(messages),
                self._records.write_many(records),
            ]
        )

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        return await self._messages.by_ids(ids)

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        return await self._messages.pages(requests)

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        return await self._messages.history(ids)

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        return await self._records.of_messages(kind, ids)

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        return await self._records.of_rooms(kind, rooms, limit)

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        parts = await wave([self._stored(some) for some in by_type(changes).values()])
        return matching(changes, (each for part in parts for each in part))

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        return await self._log.events(room_id, after, limit)

    async def log_start(self, room_id: RoomId) -> int:  # noqa: ARG002 - the same for all rooms
        return self._log.start()

    async def owed(self, limit: int) -> list[RoomEvent]:
        return await self._log.owed(limit)

    async def still_owed(self, event: RoomEvent) -> bool:
        return await self._log.is_owed(event)

    async def settle(self, events: Sequence[RoomEvent]) -> None:
        await self._debts.settle(events)

    async def bury(self, event: RoomEvent, reason: str) -> None:
        await self._debts.bury(event, reason)

    async def debts(self) -> Debts:
        return await self._debts.count()

    async def lease(self, holder: str, seconds: float) -> bool:
        return await self._debts.lease(holder, seconds)

    async def _write(self, event: RoomEvent, *, owed: bool) -> None:
        # The event first, since it holds the record: whoever delivers it can mend a record that is behind.
        sent = [event.change] if event.kind is EventKind.MESSAGE_SENT and isinstance(event.change, Message) else []
        first = [self._records.raise_activity(_latest(sent))]
        if owed or not event.quiet:
            first.append(self._log.add(event, owed=owed))
        await wave(first)
        if self._collections.keeps_records:
            await self._record(event)

    async def _record(self, event: RoomEvent) -> None:
        change = event.change
        if isinstance(change, Message):
            await self._messages.write(change, event.previous)
        elif isinstance(change, Record):
            await self._records.write(change)

    async def _stored(self, changes: Sequence[Change]) -> list[Change]:
        """What stands under the identities of these, which are of one type."""
        if isinstance(changes[0], Message):
            return [
                each for each in await self.by_ids([MessageId(change.key) for change in changes]) if each is not None
            ]
        if not isinstance(changes[0], Record) or not self._collections.keeps_records:
            return []
        return await self._records.stored(changes)


def _latest(messages: Sequence[Message]) -> dict[RoomId, int]:
    latest: dict[RoomId, int] = {}
    for message in messages:
        latest[message.room_id] = max(message.snowflake, latest.get(message.room_id, 0))
    return latest


def _claim_id(claim: SendClaim) -> str:
    return f"{claim.author_id}:{claim.key}"


def _claim_of(fields: Fields) -> SendClaim:
    return SendClaim(**{name: fields[name] for name in SendClaim.__slots__})

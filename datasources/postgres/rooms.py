"""Rooms: messages, the records beside them, and the log. Source: documents 003 and 004, consistency.md."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_claims import RoomClaims
from datasources.postgres.room_log import RoomLog
from datasources.postgres.room_pages import RoomPages
from datasources.postgres.room_records import RoomRecords
from datasources.postgres.room_rows import SHAPES
from datasources.postgres.room_tables import RoomTables
from datasources.postgres.room_writing import WriteStatements, event_values, history_values, row_values
from datasources.records.changes import C, Change, R, RoomEvent, by_type, folded, matching
from datasources.records.debts import Debts
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import Page, PageArguments
from datasources.snowflakes import unix_ms

_ROWS_AT_ONCE: Final = 500


class PostgresRooms:
    """Implements `OwingStore` on one set of tables. `clock` gives the Unix time in milliseconds.

    A record of a type that the set does not keep is refused with `TypeError` where it is written (a grading, say, which
    only a message of a channel has); a reader finds none. Of the log of a person nothing but the log is kept.
    """

    def __init__(self, database: PostgresDatabase, tables: RoomTables, *, clock: Callable[[], int] = unix_ms) -> None:
        self._database = database
        self._tables = tables
        self._statements = WriteStatements.of(tables)
        self._claims = RoomClaims(database, tables, clock)
        self._log = RoomLog(database, tables, clock)
        self._pages = RoomPages(database, tables)
        self._records = RoomRecords(database, tables)

    async def claim(self, claim: SendClaim) -> SendClaim:
        return await self._claims.claim(claim)

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        return await self._claims.claimed(claim)

    async def write(self, event: RoomEvent) -> RoomEvent:
        await self._write(event, owed=False)
        return event

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        if self._tables.keeps:
            return await asyncio.gather(*(self.write(event) for event in events))
        logged = sorted(
            (event for event in events if not event.quiet), key=lambda event: (event.room_id, event.snowflake)
        )
        await self._database.execute_many(self._statements.log, [event_values(event, owed=False) for event in logged])
        return list(events)

    async def write_owing(self, event: RoomEvent) -> None:
        await self._write(event, owed=True)

    async def apply(self, changes: Sequence[Change]) -> None:
        if not self._tables.keeps:
            return
        parts = by_type(folded(changes).values())
        for kind in parts:
            self._check(kind)
        for kind, part in parts.items():
            width = len(SHAPES[kind].key)
            values = [row_values(change) for change in part]
            values.sort(key=lambda row, width=width: row[:width])  # type: ignore[misc] # keys of one type compare
            for start in range(0, len(values), _ROWS_AT_ONCE):
                some = values[start : start + _ROWS_AT_ONCE]
                await self._database.execute_many(self._statements.apply[kind], some)

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        return await self._records.by_ids(ids)

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        return await self._pages.pages(requests)

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        return await self._records.history(ids)

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        return await self._records.of_messages(kind, ids)

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        return await self._records.of_rooms(kind, rooms, limit)

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        parts = await asyncio.gather(*(self._records.stored(kind, some) for kind, some in by_type(changes).items()))
        return matching(changes, (each for part in parts for each in part))

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        return await self._log.events(room_id, after, limit)

    async def log_start(self, room_id: RoomId) -> int:  # noqa: ARG002 - the same for all rooms
        return self._log.start()

    async def owed(self, limit: int) -> list[RoomEvent]:
        return await self._log.owed(limit)

    async def still_owed(self, event: RoomEvent) -> bool:
        return await self._log.still_owed(event)

    async def settle(self, events: Sequence[RoomEvent]) -> None:
        await self._log.settle(events)

    async def bury(self, event: RoomEvent, reason: str) -> None:
        await self._log.bury(event, reason)

    async def debts(self) -> Debts:
        return await self._log.debts()

    async def lease(self, holder: str, seconds: float) -> bool:
        return await self._log.lease(holder, seconds)

    async def _write(self, event: RoomEvent, *, owed: bool) -> None:
        # A quiet change has a row in the log only as long as somebody is owed it.
        logged = owed or not event.quiet
        if not self._tables.keeps:
            if logged:
                await self._database.execute(self._statements.log, *event_values(event, owed=owed))
            return
        self._check(type(event.change))
        kind, row = type(event.change), row_values(event.change)
        if logged:
            values = (*row, *history_values(event), *event_values(event, owed=owed))
            await self._database.execute(self._statements.write[kind], *values)
        else:
            await self._database.execute(self._statements.apply[kind], *row)

    def _check(self, kind: type[Change]) -> None:
        if kind not in self._tables.keeps:
            raise TypeError(f"rooms {self._tables.room_prefix}_ have no {kind.__name__}")

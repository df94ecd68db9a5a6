"""The log of rooms, and what of it the other store is still owed: an event's row is its own hint."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import structlog

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.keys import storable, uuid_of
from datasources.postgres.room_tables import RoomTables
from datasources.records.changes import RoomEvent
from datasources.records.encoding import Undecodable, decode_event, decode_logged, encode_event
from datasources.records.ids import RoomId
from datasources.snowflakes import first_of
from datasources.stores import Debts

LOG_MS: Final = 7 * 24 * 60 * 60 * 1000
KEPT_MS: Final = LOG_MS + 60 * 60 * 1000
"""An hour longer than promised, so that nobody who began to read in time meets a gap."""

COUNTED: Final = 10_000

_LEASE: Final = """
    INSERT INTO room_leases AS stored (tables, holder, until) VALUES ($1, $2, now() + make_interval(secs => $3))
    ON CONFLICT (tables) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE stored.holder = excluded.holder OR stored.until < now()
    RETURNING true
"""

_log: Any = structlog.get_logger(__name__)


class RoomLog:
    """The events of one set of tables."""

    def __init__(self, database: PostgresDatabase, tables: RoomTables, clock: Callable[[], int]) -> None:
        self._database = database
        self._tables = tables
        self._clock = clock
        self._unreadable = 0
        events = tables.table("events")
        self._events = f"""
            SELECT snowflake, payload FROM {events} WHERE room_id = $1 AND snowflake > $2 AND NOT quiet
            ORDER BY snowflake LIMIT $3
        """  # noqa: S608 - only names of tables are put together
        self._owed = f"SELECT payload FROM {events} WHERE owed ORDER BY snowflake LIMIT $1"  # noqa: S608 - as above
        self._still_owed = f"SELECT FROM {events} WHERE room_id = $1 AND snowflake = $2 AND owed"
        self._debts = f"""
            SELECT (SELECT count(*) FROM (SELECT FROM {events} WHERE owed LIMIT {COUNTED}) AS counted),
                (SELECT at FROM {events} WHERE owed ORDER BY snowflake LIMIT 1),
                (SELECT count(*) FROM (SELECT FROM room_dead_letters WHERE tables = $1 LIMIT {COUNTED}) AS counted)
        """  # noqa: S608 - as above
        self._settle = f"WITH {_settling(tables)}"
        self._bury = f"""
            WITH buried AS (
                INSERT INTO room_dead_letters (tables, room_id, snowflake, reason, payload)
                SELECT $3, room_id, snowflake, $4, $5
                FROM unnest($1::uuid[], $2::bigint[]) AS dead (room_id, snowflake)
                ON CONFLICT DO NOTHING
            ), {_settling(tables)}
        """  # noqa: S608 - as above

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        # What has expired may still be there, since it is removed only from time to time.
        expired = first_of(self._clock() - KEPT_MS) - 1
        rows = await self._database.fetch(self._events, uuid_of(room_id), max(after, expired), limit)
        return [decode_logged(payload, room_id, snowflake) for snowflake, payload in rows]

    def start(self) -> int:
        return first_of(self._clock() - LOG_MS)

    async def owed(self, limit: int) -> list[RoomEvent]:
        # What a newer version of this program wrote waits for that, and holds up nothing.
        events, unreadable = [], 0
        for row in await self._database.fetch(self._owed, limit):
            try:
                events.append(decode_event(row[0]))
            except Undecodable:
                unreadable += 1
        if unreadable != self._unreadable:
            self._unreadable = unreadable
            _log.warning("owed events that this version cannot read", store=self._tables.name, events=unreadable)
        if unreadable and not events:
            # An empty list would say that nothing is owed.
            raise Undecodable("none of the oldest owed events can be read by this version")
        return events

    async def still_owed(self, event: RoomEvent) -> bool:
        return await self._database.fetchrow(self._still_owed, uuid_of(event.room_id), event.snowflake) is not None

    async def settle(self, events: Sequence[RoomEvent]) -> None:
        if events:
            await self._database.execute(self._settle, *_keys(events))

    async def bury(self, event: RoomEvent, reason: str) -> None:
        name = self._tables.name
        await self._database.execute(self._bury, *_keys([event]), name, storable(reason), encode_event(event))

    async def debts(self) -> Debts:
        row = await self._database.fetchrow(self._debts, self._tables.name)
        return Debts(0, None, 0) if row is None else Debts(*row)

    async def lease(self, holder: str, seconds: float) -> bool:
        return await self._database.fetchrow(_LEASE, self._tables.name, storable(holder), seconds) is not None


def _settling(tables: RoomTables) -> str:
    """Rows that were kept for the other store alone go: those of a staging set, and of changes that are not logged."""
    events = tables.table("events")
    goes = "true" if tables.staging else "quiet"
    return f"""
        settled AS (
            SELECT room_id, snowflake, {goes} AS goes
            FROM {events} JOIN unnest($1::uuid[], $2::bigint[]) AS done (room_id, snowflake) USING (room_id, snowflake)
            WHERE owed ORDER BY room_id, snowflake FOR UPDATE OF {events}
        ), gone AS (
            DELETE FROM {events} AS stored USING settled
            WHERE goes AND stored.room_id = settled.room_id AND stored.snowflake = settled.snowflake
        )
        UPDATE {events} AS stored SET owed = false FROM settled
        WHERE NOT goes AND stored.room_id = settled.room_id AND stored.snowflake = settled.snowflake
    """  # noqa: S608 - only names of tables are put together


def _keys(events: Sequence[RoomEvent]) -> tuple[list[UUID], list[int]]:
    return [uuid_of(event.room_id) for event in events], [event.snowflake for event in events]

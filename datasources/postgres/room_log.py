"""The log of rooms, and what of it the other store is still owed: an event's row is its own hint."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.keys import storable, uuid_of
from datasources.postgres.room_tables import RoomTables
from datasources.records.changes import RoomEvent
from datasources.records.debts import COUNTED, Debts
from datasources.records.encoding import OwedDecoder, decode_logged, encode_event
from datasources.records.ids import RoomId
from datasources.records.retention import LOG_KEPT, LOG_PROMISED, in_milliseconds
from datasources.snowflakes import first_of

_PROMISED_MS: Final = in_milliseconds(LOG_PROMISED)
_KEPT_MS: Final = in_milliseconds(LOG_KEPT)

_LEASE: Final = """
    INSERT INTO room_leases AS stored (tables, holder, until) VALUES ($1, $2, now() + make_interval(secs => $3))
    ON CONFLICT (tables) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE stored.holder = excluded.holder OR stored.until < now()
    RETURNING true
"""


class RoomLog:
    """The events of one set of tables."""

    def __init__(self, database: PostgresDatabase, tables: RoomTables, clock: Callable[[], int]) -> None:
        self._database = database
        self._tables = tables
        self._clock = clock
        self._decode_owed = OwedDecoder(tables.name)
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
        expired = first_of(self._clock() - _KEPT_MS) - 1
        rows = await self._database.fetch(self._events, uuid_of(room_id), max(after, expired), limit)
        return [decode_logged(payload, room_id, snowflake) for snowflake, payload in rows]

    def start(self) -> int:
        return first_of(self._clock() - _PROMISED_MS)

    async def owed(self, limit: int) -> list[RoomEvent]:
        return self._decode_owed([row[0] for row in await self._database.fetch(self._owed, limit)])

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

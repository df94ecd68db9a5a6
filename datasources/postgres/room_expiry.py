"""What has had its time in the tables of rooms: events after seven days, claims after one. Source: consistency.md."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from datasources.layers.periodic import Periodic
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_tables import DIRECT, GROUPS, VIEWERS, RoomTables
from datasources.records.messages import Message
from datasources.records.retention import CLAIMS_KEPT, LOG_KEPT, in_milliseconds
from datasources.snowflakes import first_of, unix_ms

EVERY_SECONDS: Final = 600.0
ROWS_AT_ONCE: Final = 1_000

# A round that has more to do leaves the rest to the next one, here or in another process.
_STATEMENTS_A_ROUND: Final = 200
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class RoomExpiry:
    """Removes what has expired, a bounded number of rows at a time. Use `async with`, or `start` and `stop`.

    Every process may do so: what one is removing the others pass over. An event that is owed stays until it is settled.
    """

    def __init__(
        self,
        database: PostgresDatabase,
        sets: Sequence[RoomTables] = (GROUPS, DIRECT, VIEWERS),
        *,
        clock: Callable[[], int] = unix_ms,
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        self._database = database
        self._sets = sets
        self._clock = clock
        self._rows_at_once = rows_at_once
        self._periodic = Periodic("expiry of rooms", EVERY_SECONDS, self.round)

    def start(self) -> None:
        self._periodic.start()

    async def stop(self) -> None:
        await self._periodic.stop()

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def round(self) -> None:
        """Removes what has expired by now."""
        now = self._clock()
        events_before = first_of(now - in_milliseconds(LOG_KEPT))
        # An hour longer than they count, since the clocks of processes differ.
        claims_before = _EPOCH + timedelta(milliseconds=now) - CLAIMS_KEPT - timedelta(hours=1)
        for tables in self._sets:
            await self._remove(tables.table("events"), "NOT owed AND snowflake", events_before)
            if Message in tables.keeps:
                await self._remove(tables.table("claims"), "claimed_at", claims_before)

    async def _remove(self, table: str, column: str, before: int | datetime) -> None:
        statement = f"""
            DELETE FROM {table} WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM {table} WHERE {column} < $1 LIMIT {self._rows_at_once} FOR UPDATE SKIP LOCKED
            ))
        """  # noqa: S608 - only names of tables and columns are put together
        for _ in range(_STATEMENTS_A_ROUND):
            tag = await self._database.execute(statement, before)
            if int(tag.rpartition(" ")[2]) < self._rows_at_once:
                return

"""Rooms in PostgreSQL: messages, the records beside them, and the log. Source: documents 003 and 004, consistency.md."""

from collections.abc import Callable

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_tables import RoomTables
from datasources.snowflakes import unix_ms


class PostgresRooms:
    """Implements `OwingStore` on one set of tables. `clock` gives the Unix time in milliseconds."""

    def __init__(self, database: PostgresDatabase, tables: RoomTables, *, clock: Callable[[], int] = unix_ms) -> None:
        self._database = database
        self._tables = tables
        self._clock = clock

"""Messages and records of rooms, read by their keys: one statement a type, whatever the number of keys."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from datasources.postgres.database import PostgresDatabase, Row
from datasources.postgres.keys import uuid_of
from datasources.postgres.message_rows import MESSAGES
from datasources.postgres.room_rows import SHAPES
from datasources.postgres.room_shapes import Shape
from datasources.postgres.room_tables import RoomTables
from datasources.records.changes import Change, R
from datasources.records.encoding import decode_record
from datasources.records.ids import MessageId, RoomId, split_message_id
from datasources.records.messages import HISTORY_MAXIMUM, Message

_Place = tuple[UUID, int]
_WANTED = "unnest($1::uuid[], $2::bigint[]) AS wanted (room_id, snowflake)"


class RoomRecords:
    """The records of one set of tables. What it does not keep is found nowhere."""

    def __init__(self, database: PostgresDatabase, tables: RoomTables) -> None:
        self._database = database
        self._tables = tables
        self._history = f"""
            SELECT room_id, snowflake, kept.payload
            FROM {_WANTED} JOIN {tables.table("messages")} AS message USING (room_id, snowflake)
            CROSS JOIN LATERAL (
                SELECT revision, payload FROM {tables.table("message_history")} AS history
                WHERE history.room_id = message.room_id AND history.snowflake = message.snowflake
                    AND history.revision < message.revision
                ORDER BY history.revision DESC LIMIT {HISTORY_MAXIMUM}
            ) AS kept
            WHERE message.deleted_at IS NULL
            ORDER BY kept.revision
        """  # noqa: S608 - only names of tables are put together

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        places = self._places(ids)
        rows = await self._of_places(f"SELECT {MESSAGES.names}", MESSAGES, set(places.values()))
        found = {(row[0], row[1]): row for row in rows}
        messages = {place: self._record(MESSAGES, row) for place, row in found.items()}
        return [messages.get(places[each]) if each in places else None for each in ids]

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        places = self._places(ids)
        said: defaultdict[_Place, list[Message]] = defaultdict(list)
        for room, snowflake, payload in await self._fetch(self._history, set(places.values())):
            message = decode_record(payload)
            if isinstance(message, Message):
                said[room, snowflake].append(message)
        return [said[places[each]] if each in places else [] for each in ids]

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        if kind not in self._tables.keeps:
            return [[] for _ in ids]
        shape, places = SHAPES[kind], self._places(ids)
        about: defaultdict[_Place, list[R]] = defaultdict(list)
        for row in await self._of_places(f"SELECT {shape.names}", shape, set(places.values())):
            about[row[0], row[1]].append(self._record(shape, row))
        return [about[places[each]] if each in places else [] for each in ids]

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        if kind not in self._tables.keeps or not rooms:
            return [[] for _ in rooms]
        shape = SHAPES[kind]
        statement = f"""
            SELECT found.* FROM unnest($1::uuid[]) AS wanted (room_id) CROSS JOIN LATERAL (
                SELECT {shape.names} FROM {self._tables.table(shape.table)} AS stored
                WHERE stored.room_id = wanted.room_id ORDER BY {shape.key_names} LIMIT $2
            ) AS found
        """  # noqa: S608 - only names of tables and columns are put together
        found: defaultdict[UUID, list[R]] = defaultdict(list)
        for row in await self._database.fetch(statement, [uuid_of(each) for each in dict.fromkeys(rooms)], limit):
            found[row[0]].append(self._record(shape, row))
        return [found[uuid_of(each)] for each in rooms]

    async def stored(self, kind: type[Change], changes: Iterable[Change]) -> list[Any]:
        """What stands under the identities of these records, all of one type, in any order."""
        if kind not in self._tables.keeps:
            return []
        shape = SHAPES[kind]
        width = len(shape.key)
        keys = {shape.values(change)[:width] for change in changes}
        arrays = ", ".join(f"${place}::{of}[]" for place, (_, of) in enumerate(shape.key, 1))
        statement = f"""
            SELECT {shape.names} FROM unnest({arrays}) AS wanted ({shape.key_names})
            JOIN {self._tables.table(shape.table)} AS stored USING ({shape.key_names})
        """  # noqa: S608 - only names of tables and columns are put together
        columns = [list(column) for column in zip(*keys, strict=True)]
        return [self._record(shape, row) for row in await self._database.fetch(statement, *columns)]

    def _places(self, ids: Iterable[MessageId]) -> dict[MessageId, _Place]:
        """Where these messages stand; an id of another kind of room, or of none, stands nowhere here."""
        split = {each: split_message_id(each) for each in ids}
        prefix = self._tables.room_prefix
        return {
            each: (uuid_of(place[0]), place[1])
            for each, place in split.items()
            if place is not None and place[0].startswith(prefix)
        }

    async def _of_places(self, select: str, shape: Shape, places: set[_Place]) -> list[Row]:
        table = self._tables.table(shape.table)
        return await self._fetch(f"{select} FROM {_WANTED} JOIN {table} USING (room_id, snowflake)", places)

    async def _fetch(self, statement: str, places: set[_Place]) -> list[Row]:
        if not places:
            return []
        rooms, snowflakes = zip(*places, strict=True)
        return await self._database.fetch(statement, list(rooms), list(snowflakes))

    def _record(self, shape: Shape, row: Row) -> Any:
        return shape.record(self._tables.room_prefix, *row)

"""The statements that write rooms: event, record and history are one statement, so all of them stand or none does.

Every statement takes its locks in one order: the record's row, its history, the event's row; and several rows of a
table in the order of their keys. So no two of them wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from datasources.postgres.keys import uuid_of
from datasources.postgres.room_rows import SHAPES
from datasources.postgres.room_shapes import Shape
from datasources.postgres.room_tables import RoomTables
from datasources.records.changes import Change, RoomEvent
from datasources.records.encoding import encode_event, encode_record
from datasources.records.messages import Message


@dataclass(frozen=True, slots=True)
class WriteStatements:
    """`log` writes an event alone, `apply` a record alone, `write` both.

    Their parameters are the values of the record's row, then, in `write` of a message, revision and payload of the
    message before an edit, then those of the event.
    """

    log: str
    apply: dict[type[Change], str]
    write: dict[type[Change], str]

    @classmethod
    def of(cls, tables: RoomTables) -> "WriteStatements":
        apply: dict[type[Change], str] = {}
        write: dict[type[Change], str] = {}
        for kind in tables.keeps:
            shape = SHAPES[kind]
            upsert, values = _upsert(tables, shape), len(shape.columns)
            before, history = [], []
            if kind is Message:
                before, history, values = [_forget(tables, shape)], [_remember(tables, values)], values + 2
            apply[kind] = _with(before, upsert)
            write[kind] = _with([*before, *history, f"logged AS ({_log(tables, values)})"], upsert)
        return cls(_log(tables, 0), apply, write)


def row_values(change: Change) -> tuple[object, ...]:
    return SHAPES[type(change)].values(change)


def history_values(event: RoomEvent) -> tuple[object, ...]:
    """What `write` of a message takes for its history; nothing for other records.

    An edit is kept with what was there before it: one that another edit has overtaken stands nowhere else.
    """
    if not isinstance(event.change, Message):
        return ()
    kept = [] if event.previous is None else [event.previous, event.change]
    return [each.revision for each in kept], [encode_record(each) for each in kept]


def event_values(event: RoomEvent, *, owed: bool) -> tuple[object, ...]:
    return (
        uuid_of(event.room_id),
        event.snowflake,
        event.at,
        event.kind.value,
        event.quiet,
        owed,
        encode_event(event),
    )


def _with(before: Sequence[str], statement: str) -> str:
    return f"WITH {', '.join(before)} {statement}" if before else statement


def _upsert(tables: RoomTables, shape: Shape) -> str:
    """The row stands unless a newer one does already; of two of one revision the first stands."""
    values = ", ".join(f"${place}::{of}" for place, (_, of) in enumerate(shape.columns, 1))
    changes = ", ".join(f"{name} = excluded.{name}" for name, _ in shape.rest)
    return f"""
        INSERT INTO {tables.table(shape.table)} AS stored ({shape.names}) VALUES ({values})
        ON CONFLICT ({shape.key_names}) DO UPDATE SET {changes} WHERE {shape.newer}
    """  # noqa: S608 - only names of tables and columns are put together


def _forget(tables: RoomTables, shape: Shape) -> str:
    """With the message go the words that it once had."""
    deleted_at = next(place for place, (name, _) in enumerate(shape.columns, 1) if name == "deleted_at")
    return f"""
        forgotten AS (
            DELETE FROM {tables.table("message_history")}
            WHERE room_id = $1 AND snowflake = $2 AND ${deleted_at}::timestamptz IS NOT NULL
        )
    """  # noqa: S608 - only names of tables and columns are put together


def _remember(tables: RoomTables, values: int) -> str:
    return f"""
        remembered AS (
            INSERT INTO {tables.table("message_history")} (room_id, snowflake, revision, payload)
            SELECT $1, $2, kept.revision, kept.payload
            FROM unnest(${values + 1}::bigint[], ${values + 2}::bytea[]) AS kept (revision, payload)
            WHERE NOT EXISTS (
                SELECT FROM {tables.table("messages")}
                WHERE room_id = $1 AND snowflake = $2 AND deleted_at IS NOT NULL
            )
            ON CONFLICT DO NOTHING
        )
    """  # noqa: S608 - only names of tables and columns are put together


def _log(tables: RoomTables, values: int) -> str:
    """An event that is there already stays, and its mark with it; one that is written as owed becomes so."""
    types = ("uuid", "bigint", "timestamptz", "text", "boolean", "boolean", "bytea")
    places = ", ".join(f"${values + place}::{of}" for place, of in enumerate(types, 1))
    return f"""
        INSERT INTO {tables.table("events")} AS stored (room_id, snowflake, at, kind, quiet, owed, payload)
        VALUES ({places})
        ON CONFLICT (room_id, snowflake) DO UPDATE SET owed = true WHERE excluded.owed AND NOT stored.owed
    """  # noqa: S608 - only names of tables and columns are put together

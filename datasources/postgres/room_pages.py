"""Pages of messages: one statement for all rooms of a wave, however many they are."""

from collections.abc import Sequence
from typing import Final

from datasources.postgres.database import PostgresDatabase, Row
from datasources.postgres.keys import uuid_of
from datasources.postgres.message_rows import MESSAGES
from datasources.postgres.room_tables import RoomTables
from datasources.records.ids import SNOWFLAKE_MAX, RoomId
from datasources.records.messages import Message
from datasources.records.pages import Edge, Page, PageArguments, page_of

REQUESTS: Final = """
    unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::int[], $5::boolean[])
    WITH ORDINALITY AS asked (of, after, before, size, from_end, place)
"""
"""Requests for pages as rows; what `request_columns` gives are its parameters."""


async def rows_of_requests(
    database: PostgresDatabase, statement: str, requests: Sequence[tuple[str, PageArguments]]
) -> list[list[Row]]:
    """The rows of each request; the statement's first column is the request's number, counted from 1."""
    if not requests:
        return []
    found: list[list[Row]] = [[] for _ in requests]
    for row in await database.fetch(statement, *_columns(requests)):
        found[row[0] - 1].append(row)
    return found


def _columns(requests: Sequence[tuple[str, PageArguments]]) -> tuple[list[object], ...]:
    return (
        [uuid_of(of) for of, _ in requests],
        [_position(each.after) for _, each in requests],
        [_position(each.before) for _, each in requests],
        [each.size for _, each in requests],
        [each.from_end for _, each in requests],
    )


class RoomPages:
    """Pages of the live messages in one set of tables."""

    def __init__(self, database: PostgresDatabase, tables: RoomTables) -> None:
        self._database = database
        self._prefix = tables.room_prefix
        self._statement = _statement(tables)

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        found = await rows_of_requests(self._database, self._statement, requests)
        return [self._page(rows, arguments) for rows, (_, arguments) in zip(found, requests, strict=True)]

    def _page(self, rows: Sequence[Row], arguments: PageArguments) -> Page[Message]:
        _, any_before, any_after, *_ = rows[0]
        messages = sorted(
            (MESSAGES.record(self._prefix, *row[3:]) for row in rows if row[3] is not None),
            key=lambda message: message.snowflake,
        )
        more = len(messages) > arguments.size
        part = messages[max(0, len(messages) - arguments.size) :] if arguments.from_end else messages[: arguments.size]
        return page_of(
            [Edge(message.id, message) for message in part],
            has_next=any_after or (more and not arguments.from_end),
            has_previous=any_before or (more and arguments.from_end),
        )


def _position(text: str | None) -> int | None:
    return None if text is None else int(text)


def _statement(tables: RoomTables) -> str:
    """Each room's page from the end that it is counted from, and one more; and whether any is at a bound or beyond."""
    table = tables.table("messages")
    live = f"FROM {table} WHERE room_id = asked.of AND deleted_at IS NULL"
    inside = f"""
        {live} AND snowflake > coalesce(asked.after, -1) AND snowflake <= coalesce(asked.before - 1, {SNOWFLAKE_MAX})
    """
    return f"""
        SELECT asked.place,
            asked.after IS NOT NULL AND EXISTS (SELECT {live} AND snowflake <= asked.after),
            asked.before IS NOT NULL AND EXISTS (SELECT {live} AND snowflake >= asked.before),
            page.*
        FROM {REQUESTS} LEFT JOIN LATERAL (
            (SELECT {MESSAGES.names} {inside} AND NOT asked.from_end ORDER BY snowflake LIMIT asked.size + 1)
            UNION ALL
            (SELECT {MESSAGES.names} {inside} AND asked.from_end ORDER BY snowflake DESC LIMIT asked.size + 1)
        ) AS page ON true
    """  # noqa: S608 - only names of tables and columns are put together

"""Whose conversations there are, those with the latest message first. Source: document 003."""

from collections.abc import Sequence

from datasources.postgres.database import PostgresDatabase, Row
from datasources.postgres.room_pages import REQUESTS, rows_of_requests
from datasources.postgres.room_rows import CONVERSATIONS
from datasources.postgres.room_tables import RoomTables
from datasources.records.conversations import Conversation
from datasources.records.ids import SNOWFLAKE_MAX, UserId
from datasources.records.pages import Edge, Page, PageArguments, page_of


class PostgresConversations:
    """Implements `ConversationStore` on one set of tables.

    The latest message is looked up for each conversation of the person: nothing that a message has to keep up to date,
    at the price of one step into an index for each.
    """

    def __init__(self, database: PostgresDatabase, tables: RoomTables) -> None:
        self._database = database
        self._prefix = tables.room_prefix
        self._statement = _statement(tables)

    async def of_users(self, requests: Sequence[tuple[UserId, PageArguments]]) -> list[Page[Conversation]]:
        found = await rows_of_requests(self._database, self._statement, requests)
        return [self._page(rows, arguments) for rows, (_, arguments) in zip(found, requests, strict=True)]

    def _page(self, rows: Sequence[Row], arguments: PageArguments) -> Page[Conversation]:
        _, any_before, any_after, *_ = rows[0]
        edges = [Edge(str(row[3]), CONVERSATIONS.record(self._prefix, *row[4:])) for row in rows if row[3] is not None]
        edges.sort(key=lambda edge: int(edge.cursor), reverse=True)
        more = len(edges) > arguments.size
        return page_of(
            edges[max(0, len(edges) - arguments.size) :] if arguments.from_end else edges[: arguments.size],
            has_next=any_after or (more and not arguments.from_end),
            has_previous=any_before or (more and arguments.from_end),
        )


def _statement(tables: RoomTables) -> str:
    """The list descends, so what comes after a position is less than it."""
    columns = ", ".join(f"conversation.{name}" for name, _ in CONVERSATIONS.columns)
    return f"""
        SELECT asked.place, answer.*
        FROM {REQUESTS} CROSS JOIN LATERAL (
            WITH listed AS MATERIALIZED (
                SELECT coalesce(latest.snowflake, conversation.begun) AS position, {columns}
                FROM {tables.table("participants")} AS participant
                JOIN {tables.table("conversations")} AS conversation USING (room_id)
                LEFT JOIN LATERAL (
                    SELECT snowflake FROM {tables.table("messages")} AS message
                    WHERE message.room_id = conversation.room_id ORDER BY snowflake DESC LIMIT 1
                ) AS latest ON true
                WHERE participant.user_id = asked.of AND participant.left_at IS NULL
            )
            SELECT beyond.*, page.* FROM (
                SELECT coalesce(bool_or(position >= asked.after), false),
                    coalesce(bool_or(position <= asked.before), false)
                FROM listed
            ) AS beyond LEFT JOIN (
                SELECT * FROM listed
                WHERE position < coalesce(asked.after, {SNOWFLAKE_MAX}) AND position > coalesce(asked.before, -1)
                ORDER BY CASE WHEN asked.from_end THEN position ELSE -position END LIMIT asked.size + 1
            ) AS page ON true
        ) AS answer
    """  # noqa: S608 - only names of tables and columns are put together

"""Whose conversations there are, those with the latest message first. Source: document 003."""

from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_tables import RoomTables


class PostgresConversations:
    """Implements `ConversationStore` on one set of tables."""

    def __init__(self, database: PostgresDatabase, tables: RoomTables) -> None:
        self._database = database
        self._tables = tables

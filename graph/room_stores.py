"""Where rooms live, a part of the composition root: each kind of room in its store, or in its pair of stores.

channels         Cassandra; MongoDB keeps what it is owed. Without Cassandra, MongoDB alone
of two people    MongoDB and PostgreSQL, both written
groups           PostgreSQL
logs of persons  MongoDB; PostgreSQL keeps what it is owed
"""

import asyncio
from collections.abc import Callable

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.rooms import CassandraRooms
from datasources.layers.conversations import Conversations
from datasources.layers.handoff import HandedOverConversations, Handoff, restamping
from datasources.layers.handoff.twins import Tell
from datasources.layers.rooms import Rooms
from datasources.mongo import room_collections as collections
from datasources.mongo.client import Mongo
from datasources.mongo.conversations import MongoConversations
from datasources.mongo.rooms import MongoRooms
from datasources.postgres import room_tables as tables
from datasources.postgres.conversations import PostgresConversations
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_expiry import RoomExpiry
from datasources.postgres.rooms import PostgresRooms
from datasources.stores import RoomStore


class RoomStores:
    """`rooms` and `conversations` are what resolvers know. `start` begins the hand-offs, which `stop` ends."""

    def __init__(
        self,
        postgres: PostgresDatabase,
        mongo: Mongo,
        cassandra: CassandraCluster | None,
        *,
        next_snowflake: Callable[[], int],
        tell: Tell,
    ) -> None:
        restamp = restamping(next_snowflake)
        direct = Handoff(
            MongoRooms(mongo, collections.DIRECT),
            PostgresRooms(postgres, tables.DIRECT),
            mirrored=True,
            restamp=restamp,
            subject="direct messages",
            names=(mongo.name, postgres.name),
            tell=tell,
        )
        viewers = Handoff(
            MongoRooms(mongo, collections.VIEWERS),
            PostgresRooms(postgres, tables.VIEWERS),
            mirrored=False,
            restamp=restamp,
            subject="logs of persons",
            names=(mongo.name, postgres.name),
        )
        self.handoffs = [direct, viewers]
        self._expiry = RoomExpiry(postgres)
        if cassandra is None:
            channels: RoomStore = MongoRooms(mongo, collections.CHANNELS)
        else:
            handed_over = Handoff(
                CassandraRooms(cassandra),
                MongoRooms(mongo, collections.OWED_CHANNELS),
                mirrored=False,
                restamp=restamp,
                subject="channel messages",
                names=(cassandra.name, mongo.name),
                tell=tell,
            )
            self.handoffs.append(handed_over)
            channels = handed_over
        self.rooms = Rooms(
            {"chn": channels, "dir": direct, "grp": PostgresRooms(postgres, tables.GROUPS), "usr": viewers}
        )
        self.conversations = Conversations(
            HandedOverConversations(
                MongoConversations(mongo, collections.DIRECT), PostgresConversations(postgres, tables.DIRECT), direct
            ),
            PostgresConversations(postgres, tables.GROUPS),
        )

    async def start(self) -> None:
        self._expiry.start()
        for handoff in self.handoffs:
            await handoff.start()

    async def stop(self) -> None:
        await asyncio.gather(self._expiry.stop(), *(handoff.stop() for handoff in self.handoffs))

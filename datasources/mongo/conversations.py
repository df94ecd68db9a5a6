"""The conversations of persons, those with the latest message first. Source: document 003."""

from collections.abc import Sequence
from typing import Final

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.paging import Listing, read_slice_from_end
from datasources.mongo.record_fields import record_id, record_of
from datasources.mongo.room_collections import RoomCollections
from datasources.mongo.waves import wave
from datasources.records.conversations import Conversation, Participant
from datasources.records.ids import ConversationId, UserId
from datasources.records.pages import Edge, Page, PageArguments

_PLACE: Final = {"_id": 0, "user_id": 1, "room_id": 1}


class MongoConversations:
    """Implements `ConversationStore`. Two waves: who takes part where, then the conversations."""

    def __init__(self, mongo: Mongo, collections: RoomCollections) -> None:
        self._mongo = mongo
        self._participants = collections.of(Participant)
        self._conversations = collections.of(Conversation)

    async def of_users(self, requests: Sequence[tuple[UserId, PageArguments]]) -> list[Page[Conversation]]:
        rooms = await self._rooms([user_id for user_id, _ in requests])
        slices = await wave(
            [read_slice_from_end(self._mongo, self._of(rooms[user_id]), arguments) for user_id, arguments in requests]
        )
        return [part.page(_edge) for part in slices]

    async def _rooms(self, users: Sequence[UserId]) -> dict[UserId, list[ConversationId]]:
        rooms: dict[UserId, list[ConversationId]] = {user_id: [] for user_id in users}
        if rooms:
            taking_part = {"user_id": {"$in": list(rooms)}, "ended": False}
            with self._mongo.statement():
                cursor = self._mongo.collection(self._participants).find(taking_part, _PLACE, batch_size=1000)
                for each in await cursor.to_list():
                    rooms[each["user_id"]].append(each["room_id"])
        return rooms

    def _of(self, rooms: Sequence[ConversationId]) -> Listing:
        ids = [record_id(room_id, "") for room_id in rooms]
        known = {"_id": {"$in": ids}, "revision": {"$gte": 0}}
        return Listing(self._conversations, known, "activity", position=int)


def _edge(document: Fields) -> Edge[Conversation]:
    return Edge(str(document["activity"]), record_of(Conversation, document))

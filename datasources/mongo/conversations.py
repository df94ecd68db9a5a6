"""The conversations of persons, those with the latest message first. Source: document 003."""

from collections.abc import Collection, Sequence
from typing import Final

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.record_fields import is_known, record_id, record_of
from datasources.mongo.room_collections import RoomCollections
from datasources.mongo.waves import wave
from datasources.records.conversations import Conversation, Participant
from datasources.records.ids import SNOWFLAKE_MAX, ConversationId, UserId
from datasources.records.pages import Edge, Page, PageArguments, page_of

_PLACE: Final = {"_id": 0, "room_id": 1}


class MongoConversations:
    """Implements `ConversationStore`. Two waves: who takes part where, then the conversations.

    A person's conversations are read whole and put in order here: there are as many as the people that they know, and
    their order is not that of any index.
    """

    def __init__(self, mongo: Mongo, collections: RoomCollections) -> None:
        self._mongo = mongo
        self._participants = collections.of(Participant)
        self._conversations = collections.of(Conversation)

    async def of_users(self, requests: Sequence[tuple[UserId, PageArguments]]) -> list[Page[Conversation]]:
        users = list(dict.fromkeys(user_id for user_id, _ in requests))
        rooms = dict(zip(users, await wave([self._rooms(user_id) for user_id in users]), strict=True))
        documents = await self._found({room_id for some in rooms.values() for room_id in some})
        return [
            _page([documents[room_id] for room_id in rooms[user_id] if room_id in documents], arguments)
            for user_id, arguments in requests
        ]

    async def _rooms(self, user_id: UserId) -> list[ConversationId]:
        with self._mongo.statement():
            cursor = self._mongo.collection(self._participants).find(
                {"user_id": user_id, "ended": False}, _PLACE, batch_size=1000
            )
            return [each["room_id"] for each in await cursor.to_list()]

    async def _found(self, rooms: Collection[ConversationId]) -> dict[ConversationId, Fields]:
        if not rooms:
            return {}
        ids = [record_id(room_id, "") for room_id in rooms]
        with self._mongo.statement():
            cursor = self._mongo.collection(self._conversations).find({"_id": {"$in": ids}}, batch_size=1000)
            return {each["room_id"]: each for each in await cursor.to_list() if is_known(each)}


def _page(documents: Sequence[Fields], arguments: PageArguments) -> Page[Conversation]:
    newest = sorted(documents, key=_activity, reverse=True)
    after = SNOWFLAKE_MAX + 1 if arguments.after is None else int(arguments.after)
    before = -1 if arguments.before is None else int(arguments.before)
    inside = [each for each in newest if before < _activity(each) < after]
    shown = inside[-arguments.size :] if arguments.from_end else inside[: arguments.size]
    more = len(inside) > len(shown)
    return page_of(
        [Edge(str(_activity(each)), record_of(Conversation, each)) for each in shown],
        has_next=any(_activity(each) <= before for each in newest) or (more and not arguments.from_end),
        has_previous=any(_activity(each) >= after for each in newest) or (more and arguments.from_end),
    )


def _activity(document: Fields) -> int:
    activity: int = document["activity"]
    return activity

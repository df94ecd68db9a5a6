"""Messages of rooms, and what they said before their edits."""

from collections.abc import Sequence

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.message_fields import kept_revision, message_of, message_version
from datasources.mongo.newest import insert_missing, write_version, write_versions
from datasources.mongo.paging import Listing, read_slice
from datasources.mongo.room_collections import RoomCollections
from datasources.mongo.waves import wave, wave_of_outcomes
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import HISTORY_MAXIMUM, Message
from datasources.records.pages import Edge, Page, PageArguments


class RoomMessages:
    def __init__(self, mongo: Mongo, collections: RoomCollections) -> None:
        self._mongo = mongo
        self._messages = collections.messages
        self._history = collections.history

    async def write(self, message: Message, previous: Message | None) -> None:
        """Writes a revision; with `previous` both are kept. A deleted message has no history, whatever comes late."""
        if previous is not None and not message.final:
            await insert_missing(self._mongo, self._history, [kept_revision(previous), kept_revision(message)])
        written = await write_version(self._mongo, self._messages, message_version(message))
        if message.final or (previous is not None and not written and await self._is_deleted(message.id)):
            await self._forget([message.id])

    async def write_many(self, messages: Sequence[Message]) -> None:
        """One revision of each of these messages."""
        await write_versions(self._mongo, self._messages, [message_version(message) for message in messages])
        await self._forget([message.id for message in messages if message.final])

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        distinct = list(dict.fromkeys(ids))
        if not distinct:
            return []
        with self._mongo.statement():
            cursor = self._mongo.collection(self._messages).find(
                {"_id": {"$in": distinct}}, batch_size=len(distinct) + 1
            )
            found = {each["_id"]: message_of(each) for each in await cursor.to_list()}
        return [found.get(each) for each in ids]

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        outcomes = await wave_of_outcomes([self._page(room_id, arguments) for room_id, arguments in requests])
        answers: list[Page[Message] | Exception] = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
                raise outcome
            answers.append(outcome)
        return answers

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        distinct = list(dict.fromkeys(ids))
        if not distinct:
            return []
        standing, kept = await wave([self._standing(distinct), self._kept(distinct)])
        live = {each["_id"]: each["revision"] for each in standing if each["deleted_at"] is None}
        if len(kept) > HISTORY_MAXIMUM:
            # Those of one message may have left no place for another's, or older ones for newer.
            parts = await wave([self._kept_before(message_id, live[message_id]) for message_id in live])
            kept = [each for part in parts for each in part]
        earlier: dict[str, list[Message]] = {message_id: [] for message_id in distinct}
        for each in sorted(kept, key=lambda fields: int(fields["revision"])):
            if each["revision"] < live.get(each["message_id"], 0):
                earlier[each["message_id"]].append(message_of(each))
        return [earlier[message_id] for message_id in ids]

    async def _page(self, room_id: RoomId, arguments: PageArguments) -> Page[Message]:
        live = Listing(self._messages, {"room_id": room_id, "deleted_at": None}, "snowflake", position=int)
        return (await read_slice(self._mongo, live, arguments)).page(_edge)

    async def _standing(self, ids: Sequence[MessageId]) -> list[Fields]:
        with self._mongo.statement():
            cursor = self._mongo.collection(self._messages).find(
                {"_id": {"$in": list(ids)}}, {"revision": 1, "deleted_at": 1}, batch_size=len(ids) + 1
            )
            return await cursor.to_list()

    async def _kept(self, ids: Sequence[MessageId]) -> list[Fields]:
        """All that is kept of these messages, or as much as says that it is too much for one question."""
        most = HISTORY_MAXIMUM + 1
        with self._mongo.statement():
            cursor = self._mongo.collection(self._history).find(
                {"message_id": {"$in": list(ids)}}, batch_size=most + 1, limit=most
            )
            return await cursor.to_list()

    async def _kept_before(self, message_id: str, revision: int) -> list[Fields]:
        """The newest that are older than this revision, newest first."""
        with self._mongo.statement():
            cursor = self._mongo.collection(self._history).find(
                {"message_id": message_id, "revision": {"$lt": revision}},
                batch_size=HISTORY_MAXIMUM + 1,
                limit=HISTORY_MAXIMUM,
                sort=[("revision", -1)],
            )
            return await cursor.to_list()

    async def _is_deleted(self, message_id: MessageId) -> bool:
        standing = await self._standing([message_id])
        return any(each["deleted_at"] is not None for each in standing)

    async def _forget(self, ids: Sequence[MessageId]) -> None:
        """Deletes the history of these messages."""
        if ids:
            with self._mongo.statement():
                await self._mongo.collection(self._history).delete_many({"message_id": {"$in": list(ids)}})


def _edge(document: Fields) -> Edge[Message]:
    message = message_of(document)
    return Edge(message.id, message)

"""Channel messages, their event log and their idempotency claims, for where there is no Cassandra.

Source: document 000, consistency.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final

from pymongo.errors import BulkWriteError, DuplicateKeyError

from datasources.mongo.claims import Claims
from datasources.mongo.client import Fields, Mongo
from datasources.mongo.documents import EVENTS_EXPIRE, EVENTS_KEPT
from datasources.mongo.message_fields import event_document, event_of, message_fields, message_of
from datasources.mongo.paging import Listing, read_slice
from datasources.mongo.waves import wave, wave_of_outcomes
from datasources.records.changes import C, RoomEvent
from datasources.records.ids import ChannelId, MessageId
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import Edge, Page, PageArguments
from datasources.snowflakes import first_of, unix_ms

_MESSAGES: Final = "channel_messages"
_EVENTS: Final = "channel_events"
_DUPLICATE_KEY: Final = 11000
_KEPT_MS: Final = int(EVENTS_KEPT.total_seconds()) * 1000
_EXPIRE_MS: Final = int(EVENTS_EXPIRE.total_seconds()) * 1000


class MongoMessages:
    """Implements `RoomStore`. `clock` gives the Unix time in milliseconds."""

    def __init__(self, mongo: Mongo, *, clock: Callable[[], int] = unix_ms) -> None:
        self._mongo = mongo
        self._clock = clock
        self._claims = Claims(mongo, "message_claims")

    async def claim(self, claim: SendClaim) -> SendClaim:
        identity = f"{claim.author_id}:{claim.key}"
        standing = await self._claims.claim(identity, asdict(claim), self._clock())
        return SendClaim(**{name: standing[name] for name in SendClaim.__slots__})

    async def write(self, event: RoomEvent) -> RoomEvent:
        # The event first, since it holds the message: whoever delivers it can mend a message that is behind.
        try:
            with self._mongo.statement():
                await self._mongo.collection(_EVENTS).insert_one(event_document(event))
        except DuplicateKeyError:
            pass  # this event is in the log already; its message may still be owed
        await self._apply(event.message)
        return event

    async def apply(self, messages: Sequence[Message]) -> None:
        stored = await self._stored([message.id for message in messages])
        behind = await self._insert([message for message in messages if message.id not in stored])
        behind += [message for message in messages if message.id in stored and _is_behind(stored[message.id], message)]
        await wave([self._apply(message) for message in behind])

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        stored = await self._stored(ids)
        return [stored.get(each) for each in ids]

    async def pages(self, requests: Sequence[tuple[ChannelId, PageArguments]]) -> list[Page[Message] | Exception]:
        outcomes = await wave_of_outcomes([self._page(channel_id, arguments) for channel_id, arguments in requests])
        answers: list[Page[Message] | Exception] = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
                raise outcome
            answers.append(outcome)
        return answers

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        return await self.by_ids([change.id for change in changes])

    async def events(self, channel_id: ChannelId, after: int, limit: int) -> list[RoomEvent]:
        # What has expired may still be there, since the server removes it only when it gets to it.
        expired = first_of(self._clock() - _EXPIRE_MS) - 1
        query = {"channel_id": channel_id, "snowflake": {"$gt": max(after, expired)}}
        with self._mongo.statement():
            cursor = self._mongo.collection(_EVENTS).find(query, batch_size=limit)
            return [event_of(each) for each in await cursor.sort("snowflake").limit(limit).to_list()]

    async def log_start(self, channel_id: ChannelId) -> int:  # noqa: ARG002 - the same for all channels
        return first_of(self._clock() - _KEPT_MS)

    async def _page(self, channel_id: ChannelId, arguments: PageArguments) -> Page[Message]:
        live = Listing(_MESSAGES, {"channel_id": channel_id, "deleted_at": None}, "snowflake", position=int)
        return (await read_slice(self._mongo, live, arguments)).page(_edge)

    async def _stored(self, ids: Sequence[MessageId]) -> dict[MessageId, Message]:
        distinct = list(dict.fromkeys(ids))
        if not distinct:
            return {}
        with self._mongo.statement():
            cursor = self._mongo.collection(_MESSAGES).find({"_id": {"$in": distinct}}, batch_size=len(distinct) + 1)
            return {each["_id"]: message_of(each) for each in await cursor.to_list()}

    async def _insert(self, messages: Sequence[Message]) -> list[Message]:
        """Adds messages in one statement; gives those that are there already."""
        if not messages:
            return []
        documents = [_whole(message) for message in messages]
        with self._mongo.statement():
            try:
                await self._mongo.collection(_MESSAGES).insert_many(documents, ordered=False)
            except BulkWriteError as error:
                failures = (error.details or {}).get("writeErrors", [])
                if any(failure["code"] != _DUPLICATE_KEY for failure in failures):
                    raise
                return [messages[failure["index"]] for failure in failures]
        return []

    async def _apply(self, message: Message) -> None:
        """Writes the message where what is stored is not newer; a deletion always, and nothing after it."""
        condition, change = _deletion(message) if message.deleted_at is not None else _revision(message)
        messages = self._mongo.collection(_MESSAGES)
        try:
            with self._mongo.statement():
                await messages.update_one(condition, change, upsert=True)
        except DuplicateKeyError:
            # It stands already, newer than ours or written at the same moment: now the condition alone decides.
            with self._mongo.statement():
                await messages.update_one(condition, change)


def _revision(message: Message) -> tuple[Fields, Fields]:
    condition = {"_id": message.id, "revision": {"$lt": message.revision}, "deleted_at": None}
    return condition, {"$set": message_fields(message)}


def _deletion(message: Message) -> tuple[Fields, Fields]:
    fields = message_fields(message) | {"content": ""}
    revision = fields.pop("revision")
    not_applied = [{"deleted_at": None}, {"revision": {"$lt": revision}}]
    return {"_id": message.id, "$or": not_applied}, {"$set": fields, "$max": {"revision": revision}}


def _whole(message: Message) -> Fields:
    fields = {"_id": message.id, **message_fields(message)}
    return fields | {"content": ""} if message.deleted_at is not None else fields


def _is_behind(present: Message, message: Message) -> bool:
    if present.deleted_at is not None:
        return False
    return message.deleted_at is not None or present.revision < message.revision


def _edge(document: Fields) -> Edge[Message]:
    message = message_of(document)
    return Edge(message.id, message)

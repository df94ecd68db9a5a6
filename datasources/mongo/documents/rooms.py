"""Messages, the records beside them, and events: the same documents in each set of collections.

A record's id is "<room>:<its key>", a kept revision's "<message>:<revision>". `record` and `payload` are what
`records/encoding.py` makes of a record and of an event; the fields beside them are those by which they are found.
"""

from datetime import datetime
from typing import Any, ClassVar, Final

from beanie import Document
from pydantic import BaseModel
from pymongo import ASCENDING, IndexModel

from datasources.mongo.documents.claims import CLAIMS_EXPIRE, SendClaimDocument
from datasources.mongo.room_collections import SETS, RoomCollections
from datasources.records.changes import MESSAGE_RECORDS, EventKind, Record
from datasources.records.conversations import Conversation, Participant
from datasources.records.messages import MessageType


class AttachmentFields(BaseModel):
    url: str
    name: str
    media_type: str
    size: int


class MessageDocument(Document):
    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    room_id: str
    snowflake: int
    author_id: str
    content: str
    revision: int
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    type: MessageType
    attachments: list[AttachmentFields]
    reply_to_id: str | None
    mentioned_ids: list[str]
    idempotency_key: str | None
    alias_of: str | None


class KeptRevisionDocument(MessageDocument):
    """What a message said in one of its revisions; gone with the message."""

    message_id: str


class RecordDocument(Document):
    """A record of a room. `ended` ones come last where not all are read."""

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    room_id: str
    target: int
    user_id: str | None = None
    message_id: str | None = None
    revision: int
    ended: bool
    record: bytes


class ConversationDocument(RecordDocument):
    """`activity` is the Snowflake of the latest message; `revision` is -1 as long as nothing else is known."""

    activity: int
    record: bytes | None  # type: ignore[assignment]  # a message may be known here before its conversation


class EventDocument(Document):
    """An event of a room's log. While another store is owed it, `owed` is its Snowflake and it does not expire.

    `quiet` ones are here only as long as they are owed, and nobody reads them as events.
    """

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    room_id: str
    snowflake: int
    kind: EventKind
    at: datetime
    quiet: bool
    payload: bytes
    owed: int | None = None
    expires_at: datetime | None = None


class DeadLetterDocument(Document):
    """An event that the other store will never take, and why."""

    id: str  # type: ignore[assignment]  # Beanie allows any type of id
    room_id: str
    snowflake: int
    payload: bytes
    reason: str
    buried_at: datetime


_OF_ROOM: Final = IndexModel([("room_id", ASCENDING), ("ended", ASCENDING), ("_id", ASCENDING)], name="of_room")
_OF_MESSAGE: Final = IndexModel([("message_id", ASCENDING)], name="of_message")
_OF_USER: Final = IndexModel([("user_id", ASCENDING), ("ended", ASCENDING)], name="conversations_of_user")
_IN_ORDER: Final = IndexModel([("room_id", ASCENDING), ("snowflake", ASCENDING)], name="in_order")
_OWED: Final = IndexModel([("owed", ASCENDING)], name="owed", sparse=True)
_EVENTS_EXPIRE: Final = IndexModel([("expires_at", ASCENDING)], name="events_expire", expireAfterSeconds=0)


def room_documents() -> list[type[Document]]:
    """The documents of every set."""
    return [document for collections in SETS for document in _of_set(collections)]


def _of_set(collections: RoomCollections) -> list[type[Document]]:
    owing = (_OWED,) if collections.owing else ()
    documents = [_document(collections.events, EventDocument, _IN_ORDER, _EVENTS_EXPIRE, *owing)]
    if collections.owing:
        documents.append(_document(collections.dead_letters, DeadLetterDocument))
    if collections.keeps_records:
        documents += [
            _document(collections.messages, MessageDocument, _IN_ORDER),
            _document(collections.history, KeptRevisionDocument, _OF_MESSAGE),
            _document(collections.claims, SendClaimDocument, CLAIMS_EXPIRE),
            *(_record_document(collections, kind) for kind in collections.kinds),
        ]
    return documents


def _record_document(collections: RoomCollections, kind: type[Record]) -> type[Document]:
    base = ConversationDocument if kind is Conversation else RecordDocument
    found_by = _OF_MESSAGE if kind in MESSAGE_RECORDS else _OF_ROOM
    of_user = (_OF_USER,) if kind is Participant else ()
    return _document(collections.of(kind), base, found_by, *of_user)


def _document(collection: str, base: type[Document], *indexes: IndexModel) -> type[Document]:
    settings = type("Settings", (), {"name": collection, "indexes": indexes})
    members: dict[str, Any] = {
        "__module__": __name__,
        "__annotations__": {"Settings": ClassVar[type]},
        "Settings": settings,
    }
    return type("".join(part.title() for part in collection.split("_")), (base,), members)

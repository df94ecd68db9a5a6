"""Records as the fields of documents, and back. What they say stands encoded; beside it is how they are found."""

from datasources.mongo.client import Fields
from datasources.mongo.newest import Version
from datasources.records.changes import MESSAGE_RECORDS, C, Change, Grading, Record
from datasources.records.conversations import Conversation, Participant, beginning_of
from datasources.records.encoding import Undecodable, decode_record, encode_record
from datasources.records.ids import RoomId


def record_id(room_id: RoomId, key: str) -> str:
    return f"{room_id}:{key}"


def record_version(record: Record) -> Version:
    fields: Fields = {
        "room_id": record.room_id,
        "target": record.target,
        "revision": record.revision,
        "ended": has_ended(record),
        "record": encode_record(record),
    }
    if isinstance(record, MESSAGE_RECORDS):
        fields["message_id"] = record.message_id
    user_id = getattr(record, "user_id", None)
    if user_id is not None:
        fields["user_id"] = user_id
    raised = {"activity": beginning_of(record)} if isinstance(record, Conversation) else {}
    return Version(record_id(record.room_id, record.key), record.revision, record.final, fields, raised)


def record_of(kind: type[C], document: Fields) -> C:
    record: Change = decode_record(document["record"])
    if not isinstance(record, kind):
        raise Undecodable(f"{document['_id']} is not a {kind.__name__}")
    return record


def is_known(document: Fields) -> bool:
    """Whether the record is here; of a conversation only the activity may be."""
    return document["record"] is not None


def has_ended(record: Record) -> bool:
    match record:
        case Participant():
            return record.left_at is not None
        case Grading():
            return record.status is None
        case _:
            return not getattr(record, "active", True)

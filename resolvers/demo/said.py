"""What somebody says in a room of the demo school, and the message that it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from datasources.records.changes import GradingStatus
from datasources.records.ids import RoomId, message_id
from datasources.records.messages import Attachment, Message, MessageType
from datasources.snowflakes import datetime_of
from resolvers.demo.ids import PastSnowflakes, microseconds_of
from resolvers.demo.people import Person

_MEDIA_TYPES: Final = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_SMALLEST: Final = 24_000
_LARGEST: Final = 3_400_000


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """`answers` is what it replies to, said in the same room before; `called` are those whom it mentions.

    `status`: how far the grading is where it hands in homework.
    """

    at: datetime
    author: Person
    words: str
    answers: "Said | None" = None
    called: tuple[Person, ...] = ()
    files: tuple[str, ...] = ()
    edited_at: datetime | None = None
    status: GradingStatus | None = None


def messages_of(room_id: RoomId, said: Sequence[Said]) -> dict[Said, Message]:
    """The message of each of these, which are in the order of their times."""
    snowflakes = PastSnowflakes()
    messages: dict[Said, Message] = {}
    for one in said:
        messages[one] = _message(room_id, one, snowflakes.at(one.at), messages)
    return messages


def _message(room_id: RoomId, said: Said, snowflake: int, before: dict[Said, Message]) -> Message:
    created_at = datetime_of(snowflake)
    files = tuple(_file(name) for name in said.files)
    return Message(
        id=message_id(room_id, snowflake),
        room_id=room_id,
        snowflake=snowflake,
        author_id=said.author.user.id,
        content=said.words,
        revision=microseconds_of(said.edited_at or created_at),
        created_at=created_at,
        edited_at=said.edited_at,
        type=_type(files),
        attachments=files,
        reply_to_id=None if said.answers is None else before[said.answers].id,
        mentioned_ids=tuple(person.user.id for person in said.called),
    )


def _type(files: Sequence[Attachment]) -> MessageType:
    if not files:
        return MessageType.TEXT
    return MessageType.IMAGE if all(file.media_type.startswith("image/") for file in files) else MessageType.FILE


def _file(name: str) -> Attachment:
    """A file of this name, whose size follows from it; nothing lies at its address."""
    size = _SMALLEST + int.from_bytes(sha256(name.encode()).digest()[:4]) % (_LARGEST - _SMALLEST)
    media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    return Attachment(f"https://files.example.org/homeroom/{name}", name, media_type, size)

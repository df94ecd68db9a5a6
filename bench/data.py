"""The data of the benchmark: one channel with 50 messages of 16 authors, reactions and pins; the same in every run.

All servers, Node's too, read it from one file of JSON, where moments are milliseconds since 1970.
"""

import random
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import orjson

AUTHORS: Final = 16
MESSAGES: Final = 50
PINS: Final = 5
EMOJI: Final = ("👍", "🎉", "❤️", "🤔")
WORDS: Final = tuple(
    "the reading for thursday is chapter four and we begin with your questions about cells "  # noqa: SIM905 - prose
    "please bring what you measured last week I have put the slides beside the notes".split()
)
_WITH_FRACTION: Final = len('"2026-01-31T09:30:00.000000+00:00"')
BEGIN: Final = datetime(2026, 1, 31, 9, 30, 0, 123_000, tzinfo=UTC)


class Role(StrEnum):
    STUDENT = "student"
    TEACHER = "teacher"


class MessageType(StrEnum):
    TEXT = "text"
    FILE = "file"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ReactionGroup:
    emoji: str
    count: int
    user_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    channel_id: str
    author_id: str
    type: MessageType
    content: str
    created_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pin:
    message_id: str
    pinned_by: str
    pinned_at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    topic: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Data:
    channels: dict[str, Channel]
    users: dict[str, User]
    messages: dict[str, Message]
    messages_of_channel: dict[str, list[Message]]
    reactions_of_message: dict[str, list[ReactionGroup]]
    pins_of_channel: dict[str, list[Pin]]


def write(file: Path) -> str:
    """Makes the data; gives the channel's id."""
    chance = random.Random(50)  # noqa: S311 - the same data in every run
    users = [
        User(f"usr_{chance.getrandbits(128):032x}", f"Student {n}", Role.TEACHER if n % 8 == 0 else Role.STUDENT)
        for n in range(AUTHORS)
    ]
    channel = Channel(f"chn_{chance.getrandbits(128):032x}", "biology", "Cells, and what they are made of", BEGIN)
    people = [user.id for user in users]
    messages = [
        Message(
            f"msg_{chance.getrandbits(63)}",
            channel.id,
            people[n % AUTHORS],
            MessageType.TEXT if n % 10 else MessageType.ASSIGNMENT,
            " ".join(chance.choices(WORDS, k=12)),
            BEGIN + timedelta(minutes=n, milliseconds=n),
            BEGIN + timedelta(hours=n) if n % 7 == 0 else None,
        )
        for n in range(MESSAGES)
    ]
    reactions = {
        message.id: [ReactionGroup(emoji, 3, tuple(chance.sample(people, 3))) for emoji in chance.sample(EMOJI, n % 3)]
        for n, message in enumerate(messages)
    }
    pins = [
        Pin(message.id, chance.choice(people), BEGIN + timedelta(days=1)) for message in chance.sample(messages, PINS)
    ]
    file.write_bytes(
        orjson.dumps(
            {
                "users": [asdict(each) for each in users],
                "channels": [asdict(channel)],
                "messages": [asdict(each) for each in messages],
                "reactions": {key: [asdict(group) for group in groups] for key, groups in reactions.items()},
                "pins": {channel.id: [asdict(each) for each in pins]},
            },
            default=lambda value: round(value.timestamp() * 1000),
            option=orjson.OPT_PASSTHROUGH_DATETIME,
        )
    )
    return channel.id


def read(file: Path) -> Data:
    found: dict[str, Any] = orjson.loads(file.read_bytes())
    messages = [
        Message(
            **{
                **each,
                "type": MessageType(each["type"]),
                "created_at": _moment(each["created_at"]),
                "edited_at": _moment(each["edited_at"]) if each["edited_at"] is not None else None,
            }
        )
        for each in found["messages"]
    ]
    return Data(
        channels={
            each["id"]: Channel(**{**each, "created_at": _moment(each["created_at"])}) for each in found["channels"]
        },
        users={each["id"]: User(**{**each, "role": Role(each["role"])}) for each in found["users"]},
        messages={message.id: message for message in messages},
        messages_of_channel={
            channel["id"]: [message for message in messages if message.channel_id == channel["id"]]
            for channel in found["channels"]
        },
        reactions_of_message={
            key: [ReactionGroup(each["emoji"], each["count"], tuple(each["user_ids"])) for each in groups]
            for key, groups in found["reactions"].items()
        },
        pins_of_channel={
            key: [Pin(**{**each, "pinned_at": _moment(each["pinned_at"])}) for each in pins]
            for key, pins in found["pins"].items()
        },
    )


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as JavaScript's `toISOString`; orjson writes it quicker than `isoformat`."""
    text = orjson.dumps(moment)
    if len(text) == _WITH_FRACTION:
        return text[1:24].decode() + "Z"
    return text[1:20].decode() + ".000Z"


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)

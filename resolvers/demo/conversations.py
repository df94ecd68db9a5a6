"""Conversations of two and of groups, from their scripts (`talk/chats.py`)."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from datasources.records.changes import Change
from datasources.records.conversations import Conversation, ConversationKind, Participant, ParticipantRole
from datasources.records.ids import ConversationId, direct_id
from datasources.records.messages import Message
from resolvers.demo.ids import uuid7_hex
from resolvers.demo.marks import pin, reaction, read_state
from resolvers.demo.people import People, Person
from resolvers.demo.said import Said, messages_of
from resolvers.demo.school import School
from resolvers.demo.talk.chats import CHATS, Chat

_LINE: Final = re.compile(r"(?P<who>[TPH]\d*)(?P<answers>\^*): (?P<rest>.+)")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_FILE: Final = re.compile(r" ?<([\w.-]+)>")
_DAYS_AGO: Final = re.compile(r"= (\d+) days ago, (\d+):(\d+)")
_MINUTES_AGO: Final = re.compile(r"= (\d+) minutes ago")
_PIN: Final = "📌"
_FIRST: Final = 1
"""The revision of all that a conversation begins with."""

_MORNING: Final = time(9, 30)
_NIGHT: Final = time(22, 0)


@dataclass(frozen=True, slots=True)
class DemoConversation:
    """A conversation, who takes part in it, and its messages with what stands beside them, oldest first."""

    conversation: Conversation
    participants: tuple[Participant, ...]
    messages: tuple[Message, ...]
    marks: tuple[Change, ...]


def conversations_of(school: School) -> list[DemoConversation]:
    """All conversations of a school, that of the teacher and the student first; the same ones every time."""
    return [_conversation(school, number, chat) for number, chat in enumerate(CHATS)]


@dataclass(frozen=True, slots=True)
class _Line:
    said: Said
    emoji: tuple[tuple[str, Person], ...]


def _conversation(school: School, number: int, chat: Chat) -> DemoConversation:
    people = _everybody(school.people, chat)
    lines = _lines(school, number, chat, people)
    begun = lines[0].said.at - timedelta(seconds=20)
    begins = people[0].user.id
    room_id = _room_id(f"school {school.number} chat {number}", begun, chat, people)
    told = messages_of(room_id, [line.said for line in lines])
    kind = ConversationKind.DIRECT if chat.name is None else ConversationKind.GROUP
    roles = dict.fromkeys(people, ParticipantRole.MEMBER)
    if chat.name is not None:
        roles[people[0]] = ParticipantRole.OWNER
    return DemoConversation(
        Conversation(room_id, kind, chat.name, begins, begun, _FIRST),
        tuple(Participant(room_id, who.user.id, role, begun, None, _FIRST) for who, role in roles.items()),
        tuple(told.values()),
        tuple(_marks(school, chat, lines, told, people)),
    )


def _everybody(people: People, chat: Chat) -> list[Person]:
    """In the order in which they speak for the first time, then those who say nothing."""
    names = [parts["who"] for parts in map(_LINE.fullmatch, chat.script.splitlines()) if parts is not None]
    return [_person(people, name) for name in dict.fromkeys((*names, *chat.silent))]


def _room_id(name: str, begun: datetime, chat: Chat, people: Sequence[Person]) -> ConversationId:
    if chat.name is not None:
        return ConversationId("grp_" + uuid7_hex(name, begun))
    one, other = people
    return direct_id(one.user.id, other.user.id)


def _lines(school: School, number: int, chat: Chat, among: Sequence[Person]) -> list[_Line]:
    rng = random.Random(f"chat {school.number} {number}")  # noqa: S311 - the same every time
    lines: list[_Line] = []
    for paragraph in re.split(r"\n\s*\n", chat.script.strip()):
        when, *turns = paragraph.splitlines()
        at = _begun(when, school.now)
        for turn in turns:
            lines.append(_line(turn, at, school.people, among, lines))
            at += timedelta(seconds=12 + len(lines[-1].said.words.split()) * 2 + rng.randint(5, 60))
    return lines


def _line(turn: str, at: datetime, people: People, among: Sequence[Person], before: Sequence[_Line]) -> _Line:
    parts = _LINE.fullmatch(turn)
    if parts is None:
        raise ValueError(f"not a line of a conversation: {turn!r}")
    text, *marks = parts["rest"].split(" + ")
    author = _person(people, parts["who"])
    words = _SLOT.sub(lambda slot: _person(people, slot[1]).first, _FILE.sub("", text))
    answers = before[-len(parts["answers"])].said if parts["answers"] else None
    called = dict.fromkeys(_person(people, name) for name in _SLOT.findall(text))
    mentioned = tuple(person for person in called if person in among and person is not author)
    files = tuple(_FILE.findall(text))
    emoji = tuple((mark.split()[0], _person(people, mark.split()[1])) for mark in marks)
    return _Line(Said(at, author, author.written(words), answers, mentioned, files), emoji)


def _marks(
    school: School, chat: Chat, lines: Sequence[_Line], told: Mapping[Said, Message], people: Sequence[Person]
) -> Iterator[Change]:
    messages = list(told.values())
    for line in lines:
        message = told[line.said]
        for place, (emoji, person) in enumerate(line.emoji, 1):
            at = min(message.created_at + timedelta(seconds=20 * place), school.now)
            yield pin(message, person, at) if emoji == _PIN else reaction(message, person, emoji, at)
    unread = {_person(school.people, who): count for who, count in chat.unread.items()}
    for person in people:
        yield read_state(messages[0].room_id, person, messages[-1 - unread.get(person, 0)])


def _person(people: People, name: str) -> Person:
    """Who plays this role: `H`, or the letter and the number of a teacher or a pupil."""
    if name == "H":
        return people.head
    return {"T": people.teachers, "P": people.pupils}[name[0]][int(name[1:])]


def _begun(when: str, now: datetime) -> datetime:
    if days := _DAYS_AGO.fullmatch(when):
        at = time(int(days[2]), int(days[3]), tzinfo=now.tzinfo)
        return datetime.combine(now.date() - timedelta(days=int(days[1])), at)
    minutes = _MINUTES_AGO.fullmatch(when)
    if minutes is None:
        raise ValueError(f"this does not say when something was said: {when!r}")
    return _awake(now) - timedelta(minutes=int(minutes[1]))


def _awake(now: datetime) -> datetime:
    """Now, or in the night the evening before it."""
    if _MORNING <= now.time() <= _NIGHT:
        return now
    evening = now.date() - timedelta(days=now.time() < _MORNING)
    return datetime.combine(evening, _NIGHT, now.tzinfo)

"""What stands beside the messages of a channel: reactions, pins, gradings, and up to where people have read."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from datasources.records.changes import Grading, Pin, Reaction, ReadState, Record
from datasources.records.ids import RoomId
from datasources.records.messages import Message
from resolvers.demo.ids import microseconds_of
from resolvers.demo.moods import emoji_for
from resolvers.demo.people import Person
from resolvers.demo.said import Said
from resolvers.demo.school import DemoChannel, School

_NEWEST: Final = 60
_REACTED: Final = 0.25
_REACTED_LONG_AGO: Final = 0.01
"""How many messages have reactions: of the newest, which a newcomer sees, and of the others."""

_PINNED: Final = {"announcements": 2, "maths": 3, "revision": 3, "science": 2, "robotics": 2, "notices": 2}
_UNREAD: Final = (0, 0, 0, 0, 1, 1, 2, 3, 5, 9)

Told = Mapping[Said, Message]
"""What is said in a channel and its messages, oldest first."""


def marks_of(school: School, channel: DemoChannel, told: Told) -> list[Record]:
    """The same ones every time; none of them from after the school's present."""
    rng = random.Random(f"marks {school.number} {channel.plan.name}")  # noqa: S311 - the same every time
    return [
        *_reactions(rng, channel, told, school.now),
        *_pins(school, channel, told),
        *_gradings(channel, told, school.now),
        *_read_states(rng, school, channel, told),
    ]


def reaction(message: Message, user: Person, emoji: str, at: datetime) -> Reaction:
    return Reaction(
        room_id=message.room_id,
        message_id=message.id,
        target=message.snowflake,
        user_id=user.user.id,
        emoji=emoji,
        active=True,
        revision=microseconds_of(at),
    )


def pin(message: Message, user: Person, at: datetime) -> Pin:
    return Pin(
        room_id=message.room_id,
        message_id=message.id,
        target=message.snowflake,
        pinned_by=user.user.id,
        pinned_at=at,
        active=True,
        revision=microseconds_of(at),
    )


def read_state(room_id: RoomId, user: Person, last: Message) -> ReadState:
    return ReadState(room_id, user.user.id, last.snowflake)


def _reactions(rng: random.Random, channel: DemoChannel, told: Told, now: datetime) -> Iterator[Reaction]:
    newest = len(told) - _NEWEST
    for place, (said, message) in enumerate(told.items()):
        if rng.random() >= (_REACTED if place >= newest else _REACTED_LONG_AGO):
            continue
        around = (channel.lead, *channel.others)
        people = rng.sample(around, min(len(around), rng.choice((1, 1, 1, 2, 2, 3, 5))))
        for emoji, person in zip(emoji_for(rng, said.words, len(people)), people, strict=True):
            at = message.created_at + timedelta(seconds=rng.uniform(6, 900))
            if person is not said.author and at < now:
                yield reaction(message, person, emoji, at)


def _pins(school: School, channel: DemoChannel, told: Told) -> Iterator[Pin]:
    """Of what the lead or the head of the school said of late that with the most in it."""
    leading = (channel.lead, school.people.head)
    own = [message for said, message in told.items() if said.author in leading and said.answers is None]
    longest = sorted(own[-40:-2], key=lambda message: len(message.content))
    different = {message.content.split()[0]: message for message in longest}
    for message in sorted(different.values(), key=longest.index, reverse=True)[: _PINNED.get(channel.plan.name, 0)]:
        yield pin(message, channel.lead, min(message.created_at + timedelta(seconds=30), school.now))


def _gradings(channel: DemoChannel, told: Told, now: datetime) -> Iterator[Grading]:
    """Of the time of the comment; of what waits, of when it was handed in."""
    commented = {said.answers: message.created_at for said, message in told.items() if said.answers is not None}
    for said, message in told.items():
        if said.status is None:
            continue
        at = commented.get(said, min(message.created_at + timedelta(seconds=5), now))
        yield Grading(
            room_id=message.room_id,
            message_id=message.id,
            target=message.snowflake,
            status=said.status,
            graded_by=channel.lead.user.id,
            graded_at=at,
            revision=microseconds_of(at),
        )


def _read_states(rng: random.Random, school: School, channel: DemoChannel, told: Told) -> Iterator[ReadState]:
    """Everybody has read up to about now, and at least what they said themselves last; but where there is homework, the
    lead up to their last comment on it, and the student whom one can sign in as not their own.

    So both who can be signed in as have something to read that mentions them.
    """
    said, messages = list(told), list(told.values())
    comments = [place for place, one in enumerate(said) if one.answers is not None and one.answers.status]
    student = school.people.pupils[0]
    to_student = [place for place in comments if student in said[place].called]
    for person in channel.readers:
        own = max((place for place, one in enumerate(said) if one.author is person), default=0)
        last = max(own, len(said) - 1 - rng.choice(_UNREAD))
        if person is channel.lead and comments:
            last = comments[-1]
        elif person is student and to_student:
            last = to_student[-1] - 1
        yield read_state(channel.channel.id, person, messages[last])

"""The messages of a channel: conversations told in the rhythm of the school."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from datasources.records.ids import message_id
from datasources.records.messages import Message
from datasources.snowflakes import datetime_of
from resolvers.demo.ids import PastSnowflakes, microseconds_of
from resolvers.demo.people import Person
from resolvers.demo.rhythm import PUPILS_HOURS, TEACHERS_HOURS, Rhythm, next_school_days
from resolvers.demo.scenes import Scene, Teller, roles
from resolvers.demo.school import DemoChannel, School
from resolvers.demo.talk.phrases import COMMON
from resolvers.demo.talk.small_talk import POOLS

_EDITED: Final = 0.03


@dataclass(frozen=True, slots=True)
class _Said:
    at: datetime
    author: Person
    words: str


def messages_of(school: School, channel: DemoChannel) -> list[Message]:
    """All messages of a channel up to the school's present, oldest first; the same ones every time."""
    rng = random.Random(f"messages {school.number} {channel.plan.name}")  # noqa: S311 - the same every time
    said = sorted(_conversations(rng, school, channel), key=lambda one: one.at)
    snowflakes = PastSnowflakes()
    return [_message(rng, channel, one, snowflakes.at(one.at), school.now) for one in said if one.at < school.now]


def _conversations(rng: random.Random, school: School, channel: DemoChannel) -> Iterator[_Said]:
    plan = channel.plan
    hours = TEACHERS_HOURS if plan.among_staff else PUPILS_HOURS
    rhythm = Rhythm(rng, school.now, hours, rising=plan.rising)
    teller = Teller(rng, plan.talk, {**COMMON, **POOLS})
    length = sum(map(len, plan.talk.scenes)) / len(plan.talk.scenes)
    for opening in sorted(rhythm.opening() for _ in range(round(plan.messages / length))):
        scene = teller.scene()
        cast = _cast(rng, scene, channel, school.people.head)
        given = {role: person.first for role, person in cast.items()}
        given["day"] = rng.choice(next_school_days(opening.date()))
        at = opening
        for role, words in teller.lines(scene, given):
            person = cast[role]
            yield _Said(at, person, _tersely(words, person) if person.terse else words)
            at = rhythm.answer(at, len(words.split()))


def _cast(rng: random.Random, scene: Scene, channel: DemoChannel, head: Person) -> dict[str, Person]:
    """Who plays which role; the first of the channel's people take part the most often."""
    cast = {"T": channel.lead, "H": head}
    left = list(channel.others)
    for role in roles(scene):
        if role in cast:
            continue
        weights = [1 / (place + 4) for place in range(len(left))]
        cast[role] = left.pop(rng.choices(range(len(left)), weights)[0])
    return cast


def _tersely(words: str, author: Person) -> str:
    """As somebody writes who leaves out capitals and full stops."""
    first = words.split(" ", 1)[0].strip(",.!?:;'")
    known = first.startswith("I'") or first.isupper() or first == author.first
    begun = words if known else words[0].lower() + words[1:]
    return begun.removesuffix(".") if not begun.endswith("..") else begun


def _message(rng: random.Random, channel: DemoChannel, said: _Said, snowflake: int, now: datetime) -> Message:
    created_at = datetime_of(snowflake)
    edited_at = created_at + timedelta(seconds=rng.randint(15, 700)) if rng.random() < _EDITED else None
    if edited_at is not None and edited_at >= now:
        edited_at = None
    return Message(
        id=message_id(channel.channel.id, snowflake),
        room_id=channel.channel.id,
        snowflake=snowflake,
        author_id=said.author.user.id,
        content=said.words,
        revision=microseconds_of(edited_at or created_at),
        created_at=created_at,
        edited_at=edited_at,
    )

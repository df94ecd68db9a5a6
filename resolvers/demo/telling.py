"""What is said in a channel: conversations told in the rhythm of the school, and homework that is handed in."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from datasources.records.messages import Message
from resolvers.demo.homework import with_homework
from resolvers.demo.people import Person
from resolvers.demo.rhythm import PUPILS_HOURS, TEACHERS_HOURS, Rhythm, next_school_days
from resolvers.demo.said import Said, messages_of
from resolvers.demo.scenes import Scene, Teller, roles
from resolvers.demo.school import DemoChannel, School
from resolvers.demo.talk.phrases import COMMON
from resolvers.demo.talk.small_talk import POOLS

_EDITED: Final = 0.03
_REPLIES: Final = 0.06
_REPLIES_OVER_OTHERS: Final = 0.7
"""How often an answer is a reply to what it answers: when it follows that at once, and when others spoke in between."""


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """What one says in a conversation, and what was said in it before."""

    at: datetime
    author: Person
    words: str
    cast: Sequence[Person]
    before: "_Turn | None"


def told_in(school: School, channel: DemoChannel) -> dict[Said, Message]:
    """All that is said in a channel up to the school's present, oldest first; the same every time."""
    rng = random.Random(f"messages {school.number} {channel.plan.name}")  # noqa: S311 - the same every time
    turns = sorted(_conversations(rng, school, channel), key=lambda turn: turn.at)
    said = _said(rng, [turn for turn in turns if turn.at < school.now], school.now)
    return messages_of(channel.channel.id, with_homework(channel, said))


def _conversations(rng: random.Random, school: School, channel: DemoChannel) -> Iterator[_Turn]:
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
        at, turn = opening, None
        for role, words in teller.lines(scene, given):
            person = cast[role]
            turn = _Turn(at, person, person.written(words), tuple(cast.values()), turn)
            yield turn
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


def _said(rng: random.Random, turns: Sequence[_Turn], now: datetime) -> list[Said]:
    """The turns of all conversations of a channel, in the order of their times."""
    said: dict[_Turn, Said] = {}
    last: _Turn | None = None
    for turn in turns:
        answers = _answered(rng, turn, said, last)
        edited_at = _edited_at(rng, turn.at, now)
        said[turn] = Said(turn.at, turn.author, turn.words, answers, _called(turn, answers), edited_at=edited_at)
        last = turn
    return list(said.values())


def _answered(rng: random.Random, turn: _Turn, said: Mapping[_Turn, Said], last: _Turn | None) -> Said | None:
    if turn.before is None or turn.before.author is turn.author:
        return None
    often = _REPLIES if turn.before is last else _REPLIES_OVER_OTHERS
    return said[turn.before] if rng.random() < often else None


def _called(turn: _Turn, answers: Said | None) -> tuple[Person, ...]:
    """Those whom the words call by name, and whoever is replied to."""
    words = set(re.findall(r"\w+", turn.words))
    called = {person for person in turn.cast if person.first in words}
    if answers is not None:
        called.add(answers.author)
    return tuple(sorted(called - {turn.author}, key=lambda person: person.user.id))


def _edited_at(rng: random.Random, at: datetime, now: datetime) -> datetime | None:
    if rng.random() >= _EDITED:
        return None
    edited_at = at.replace(microsecond=at.microsecond // 1_000 * 1_000) + timedelta(seconds=rng.randint(15, 700))
    return edited_at if edited_at < now else None

"""Homework that pupils hand in to a channel: a file, what the teacher says of it, and how far the grading is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from datasources.records.changes import GradingStatus
from resolvers.demo.said import Said
from resolvers.demo.school import DemoChannel

_PAUSE: Final = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class _HandedIn:
    """What a pupil (a number among the channel's) hands in after the `place`-newest message that is told without it.

    `comment` is the teacher's, after the `answered`-newest one; without a comment it waits to be graded.
    """

    pupil: int
    place: int
    words: str
    files: tuple[str, ...]
    status: GradingStatus = GradingStatus.PENDING
    answered: int = 0
    comment: str = ""


_GRADED: Final = GradingStatus.GRADED
_RETURNED: Final = GradingStatus.RETURNED

_OF_CHANNEL: Final[Mapping[str, Sequence[_HandedIn]]] = {
    "maths": (
        _HandedIn(
            6,
            31,
            "My corrections of the last test, all in red this time.",
            ("test-corrections.pdf",),
            _GRADED,
            26,
            "Every single one right now. That is how it is done, {first}.",
        ),
        _HandedIn(
            4,
            17,
            "Homework, photographed in bad light, sorry.",
            ("sheet-page-1.jpg", "sheet-page-2.jpg"),
            _RETURNED,
            12,
            "I can read page one, {first}, and it is good. Could you send page two again?",
        ),
        _HandedIn(
            0,
            15,
            "Here is my sheet. I was not sure about the last part.",
            ("sheet-with-working.pdf",),
            _GRADED,
            7,
            "Very clear working, {first}. The last part only lacks a sign; I have marked where.",
        ),
        _HandedIn(3, 4, "My sheet. The starred one as well!", ("sheet-and-star.pdf",)),
    ),
    "science": (
        _HandedIn(
            1,
            14,
            "Our lab report, with the graph by hand.",
            ("lab-report.pdf", "graph.jpg"),
            _GRADED,
            9,
            "Honest readings and a tidy graph, {first}. Well done, all three of you.",
        ),
        _HandedIn(0, 5, "Lab report, sources of error included.", ("report-on-the-practical.pdf",)),
    ),
    "english": (
        _HandedIn(
            0,
            13,
            "First draft of my essay. Be gentle.",
            ("essay-draft.pdf",),
            _RETURNED,
            8,
            "A strong middle, {first}. Give it an ending that trusts us, and hand it in once more.",
        ),
        _HandedIn(2, 6, "Essay, 512 words. I counted twice.", ("essay.pdf",)),
    ),
}


def with_homework(channel: DemoChannel, said: Sequence[Said]) -> list[Said]:
    """What is said in a channel, and the homework of the last days in between."""
    handed_in = [one for each in _OF_CHANNEL.get(channel.plan.name, ()) for one in _told(each, channel, said)]
    return sorted((*said, *handed_in), key=lambda one: one.at)


def _told(homework: _HandedIn, channel: DemoChannel, said: Sequence[Said]) -> list[Said]:
    pupil, lead = channel.others[homework.pupil], channel.lead
    work = Said(
        _after(said, homework.place),
        pupil,
        pupil.written(homework.words),
        called=(lead,),
        files=homework.files,
        status=homework.status,
    )
    if not homework.comment:
        return [work]
    at, words = _after(said, homework.answered), homework.comment.format(first=pupil.first)
    return [work, Said(at, lead, words, answers=work, called=(pupil,))]


def _after(said: Sequence[Said], place: int) -> datetime:
    """A time between the `place`-newest of these and the one after it."""
    before, after = said[-place].at, said[1 - place].at
    return before + min(_PAUSE, (after - before) / 2)

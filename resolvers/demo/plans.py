"""The workspaces and channels that every demo school has, and how much is said in each."""

from dataclasses import dataclass
from typing import Final

from datasources.records.workspaces import ChannelVisibility
from resolvers.demo.scenes import Talk
from resolvers.demo.talk.announcements import ANNOUNCEMENTS
from resolvers.demo.talk.clubs import DRAMA, ROBOTICS, YEARBOOK
from resolvers.demo.talk.council import COUNCIL
from resolvers.demo.talk.english import ENGLISH
from resolvers.demo.talk.maths import MATHS
from resolvers.demo.talk.revision import REVISION
from resolvers.demo.talk.science import SCIENCE
from resolvers.demo.talk.small_talk import SMALL_TALK
from resolvers.demo.talk.staff import NOTICES, PASTORAL


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """About `messages` messages in half a year. People are numbers among the school's teachers and pupils.

    `pupils` and `staff` are the members of a private channel beside its lead. `rising`: busiest of late.
    """

    name: str
    topic: str
    talk: Talk
    messages: int
    lead: int
    visibility: ChannelVisibility = ChannelVisibility.OPEN
    pupils: tuple[int, ...] = ()
    staff: tuple[int, ...] = ()
    among_staff: bool = False
    rising: bool = False


@dataclass(frozen=True, slots=True)
class WorkspacePlan:
    """Owned by a teacher; the other staff and the head moderate it."""

    name: str
    description: str
    owner: int
    staff: tuple[int, ...]
    pupils: tuple[int, ...]
    channels: tuple[ChannelPlan, ...]
    pupil_moderators: tuple[int, ...] = ()


LIVELY: Final = "maths"
"""The channel of the first workspace that a newcomer should look at."""

WORKSPACES: Final = (
    WorkspacePlan(
        "Class 10B",
        "Everything for 10B: lessons, homework, and the time between them.",
        owner=0,
        staff=(1, 2, 3),
        pupils=tuple(range(26)),
        channels=(
            ChannelPlan("announcements", "What everybody in 10B has to know", ANNOUNCEMENTS, 190, lead=0),
            ChannelPlan(
                LIVELY, "Homework, hints and the odd puzzle. Help, but leave the last step", MATHS, 1_000, lead=0
            ),
            ChannelPlan("science", "Practicals, lab reports, and why things are as they are", SCIENCE, 640, lead=1),
            ChannelPlan("english", "Books, essays, words. No spoilers!", ENGLISH, 520, lead=2),
            ChannelPlan("revision", "Plans, past papers and courage", REVISION, 520, lead=3, rising=True),
            ChannelPlan("corridor", "Everything else", SMALL_TALK, 820, lead=0),
            ChannelPlan(
                "class-council",
                "For the elected: agenda, minutes, budget",
                COUNCIL,
                240,
                lead=0,
                visibility=ChannelVisibility.PRIVATE,
                pupils=(2, 0, 5, 8, 11, 14),
            ),
        ),
    ),
    WorkspacePlan(
        "Clubs",
        "After school: robotics, drama and the yearbook.",
        owner=4,
        staff=(0, 1, 5),
        pupils=(0, *range(9, 31)),
        pupil_moderators=(0,),
        channels=(
            ChannelPlan(
                "robotics", "Build, break, measure, repeat. Tuesdays in the computer room", ROBOTICS, 420, lead=5
            ),
            ChannelPlan("drama", "Rehearsals, roles and lost props", DRAMA, 320, lead=4),
            ChannelPlan(
                "yearbook",
                "The committee's desk; please keep the cover a secret",
                YEARBOOK,
                170,
                lead=4,
                visibility=ChannelVisibility.PRIVATE,
                pupils=(9, 0, 12, 27, 30),
            ),
        ),
    ),
    WorkspacePlan(
        "Staff room",
        "For all who teach here.",
        owner=3,
        staff=(0, 1, 2, 4, 5, 6, 7),
        pupils=(),
        channels=(
            ChannelPlan("notices", "Briefings, cover and the copier", NOTICES, 220, lead=3, among_staff=True),
            ChannelPlan(
                "pastoral",
                "Who needs a kind word. No names in writing",
                PASTORAL,
                130,
                lead=6,
                visibility=ChannelVisibility.PRIVATE,
                staff=(0, 1, 7),
                among_staff=True,
            ),
        ),
    ),
)

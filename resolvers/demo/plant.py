"""Plants demo schools in the stores: first the head, last the teacher, so that an interrupted run is completed.

The head's account keeps the time that everything else is counted from; the teacher's is the sign that all is there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from datasources.errors import Conflict, Unavailable
from datasources.records.changes import Change
from datasources.records.ids import ChannelId, ConversationId, MessageId, UserId, WorkspaceId, direct_id
from datasources.stores import Stores
from resolvers.demo.conversations import conversations_of
from resolvers.demo.marks import marks_of
from resolvers.demo.people import Person, head_email
from resolvers.demo.plans import LIVELY
from resolvers.demo.school import AGE, DemoChannel, DemoWorkspace, School, school_of
from resolvers.demo.telling import told_in

DEMO_PASSWORD: Final = "homeroom"  # noqa: S105 - no secret: it is shown at the start, and is for demo data alone

_AT_ONCE: Final = 16
_CHANGES_AT_ONCE: Final = 500
_PAUSES_SECONDS: Final = (0.5, 1, 2, 4)

HashPassword = Callable[[str], Awaitable[str]]
OnProgress = Callable[[str, int, int], None]
"""Told of (subject, done, total)."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What is there, and where to look first: in the first school, the teacher's workspace, its liveliest channel, and
    the conversation of teacher and student.

    `messages` is what was planned for channels; what is there differs by some percent. `message_id` is the second
    newest message that was planted in that channel.
    """

    people: int
    workspaces: int
    channels: int
    messages: int
    teacher_id: UserId
    teacher_name: str
    student_id: UserId
    student_name: str
    workspace_id: WorkspaceId
    channel_id: ChannelId
    message_id: MessageId
    conversation_id: ConversationId


async def plant(
    stores: Stores, *, scale: int = 1, now: datetime, hash_password: HashPassword, on_progress: OnProgress
) -> Planted:
    """Adds those of `scale` schools that are not there yet, one after the other; gives what is there then.

    What a school has depends on its number and on `now` (aware, UTC) when it was begun, and on nothing else.
    `Conflict` where one of its addresses belongs to somebody else.
    """
    planter = _Planter(stores, now.replace(microsecond=0), hash_password, on_progress)
    first, *_ = [await planter.school(number) for number in range(scale)]
    workspace = first.workspaces[0]
    channel = next(channel for channel in workspace.channels if channel.plan.name == LIVELY)
    teacher, student = first.people.teachers[0].user, first.people.pupils[0].user
    return Planted(
        people=scale * len(first.people.all),
        workspaces=scale * len(first.workspaces),
        channels=scale * len(first.channels),
        messages=scale * sum(channel.plan.messages for channel in first.channels),
        teacher_id=teacher.id,
        teacher_name=teacher.name,
        student_id=student.id,
        student_name=student.name,
        workspace_id=workspace.workspace.id,
        channel_id=channel.channel.id,
        message_id=list(told_in(first, channel).values())[-2].id,
        conversation_id=direct_id(teacher.id, student.id),
    )


class _Planter:
    def __init__(self, stores: Stores, now: datetime, hash_password: HashPassword, on_progress: OnProgress) -> None:
        self._stores = stores
        self._now = now
        self._hash_password = hash_password
        self._on_progress = on_progress
        self._hash: str | None = None

    async def school(self, number: int) -> School:
        """The school of this number, with all that belongs to it in the stores."""
        school = await self._begun(number)
        teacher = school.people.teachers[0]
        if not await self._is_there(teacher):
            await self._people([one for one in school.people.all if one is not teacher])
            for done, workspace in enumerate(school.workspaces, 1):
                await self._workspace(workspace)
                self._on_progress("workspaces", done, len(school.workspaces))
            await self._messages(school)
            await self._conversations(school)
            await self._people([teacher])
        return school

    async def _begun(self, number: int) -> School:
        """The school as of the time when its head's account was made: now, or in an earlier run."""
        new = school_of(number, self._now)
        if await self._stores.users.credentials(head_email(number)) is None:
            try:
                await self._stores.users.create(new.people.head.user, await self._password_hash())
            except Conflict:
                pass  # another run was quicker; its time counts
            else:
                return new
        found = await self._stores.users.credentials(head_email(number))
        head = (await self._stores.users.by_ids([found.user_id]))[0] if found else None
        if head is None:
            raise _taken(head_email(number))
        school = school_of(number, head.created_at + AGE)
        if school.people.head.user.id != head.id:
            raise _taken(head.email)
        return school

    async def _is_there(self, teacher: Person) -> bool:
        found = await self._stores.users.credentials(teacher.user.email)
        if found is not None and found.user_id != teacher.user.id:
            raise _taken(teacher.user.email)
        return found is not None

    async def _people(self, people: Sequence[Person]) -> None:
        async def create(person: Person) -> None:
            try:
                await self._stores.users.create(person.user, password_hash)
            except Conflict as conflict:
                if (await self._stores.users.by_ids([person.user.id]))[0] is None:
                    raise _taken(person.user.email) from conflict

        password_hash = await self._password_hash()
        await _bounded(create(person) for person in people)
        self._on_progress("people", len(people), len(people))

    async def _workspace(self, demo: DemoWorkspace) -> None:
        owner, *others = demo.members
        await self._stores.workspaces.create(demo.workspace, owner)
        await _bounded(self._stores.memberships.add(member) for member in others)
        await _bounded(self._channel(channel) for channel in demo.channels)

    async def _channel(self, demo: DemoChannel) -> None:
        channels = self._stores.channels
        if (await channels.by_ids([demo.channel.id]))[0] is None:
            try:
                await channels.create(demo.channel, demo.members[0] if demo.members else None)
            except Conflict:
                if (await channels.by_ids([demo.channel.id]))[0] is None:
                    raise
        await _bounded(self._stores.memberships.add_to_channel(member) for member in demo.members[1:])

    async def _messages(self, school: School) -> None:
        # All of a school at once would keep others who share the loop from their turn; a channel takes some 50 ms.
        done, total = 0, sum(channel.plan.messages for channel in school.channels)
        for channel in school.channels:
            told = told_in(school, channel)
            changes: list[Change] = [*told.values(), *marks_of(school, channel, told)]
            for start in range(0, len(changes), _CHANGES_AT_ONCE):
                self._on_progress("messages", min(done + start, total), total)
                await self._apply(changes[start : start + _CHANGES_AT_ONCE])
            done += len(told)
        self._on_progress("messages", total, total)

    async def _conversations(self, school: School) -> None:
        """A conversation's own record comes last, so that nobody sees one that lacks people."""
        conversations = conversations_of(school)
        inside = [each for one in conversations for each in (*one.participants, *one.messages, *one.marks)]
        await self._apply(inside)
        await self._apply([one.conversation for one in conversations])

    async def _apply(self, changes: Sequence[Change]) -> None:
        """On a busy machine a server that has just been started may not answer in time."""
        for pause in _PAUSES_SECONDS:
            try:
                return await self._stores.rooms.apply(changes)
            except Unavailable:
                await asyncio.sleep(pause)
        return await self._stores.rooms.apply(changes)

    async def _password_hash(self) -> str:
        """One hash for all people of the demo data, made when the first of them is."""
        if self._hash is None:
            self._hash = await self._hash_password(DEMO_PASSWORD)
        return self._hash


async def _bounded(work: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """Does all of this, some of it at the same time; the first failure once nothing is under way any more."""
    left = iter(work)
    while some := list(islice(left, _AT_ONCE)):
        for outcome in await asyncio.gather(*some, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome


def _taken(email: str) -> Conflict:
    return Conflict(f"{email} belongs to an account that is not of the demo data", field="email")

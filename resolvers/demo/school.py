"""A demo school: its workspaces, who belongs to them, and their channels."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from datasources.records.ids import ChannelId, WorkspaceId
from datasources.records.workspaces import (
    Channel,
    ChannelMember,
    ChannelVisibility,
    MemberRole,
    Workspace,
    WorkspaceMember,
)
from resolvers.demo.ids import uuid7_hex
from resolvers.demo.people import People, Person, people_of
from resolvers.demo.plans import WORKSPACES, ChannelPlan, WorkspacePlan
from resolvers.demo.rhythm import SPAN

AGE: Final = SPAN + timedelta(days=8)
"""How long a school is there before its demo data ends."""


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """A channel, who leads it, who else writes in it, the most talkative first, and all who may read it."""

    channel: Channel
    plan: ChannelPlan
    lead: Person
    others: tuple[Person, ...]
    readers: tuple[Person, ...]
    members: tuple[ChannelMember, ...]


@dataclass(frozen=True, slots=True)
class DemoWorkspace:
    """A workspace with its members, the owner first, and its channels."""

    workspace: Workspace
    members: tuple[WorkspaceMember, ...]
    channels: tuple[DemoChannel, ...]


@dataclass(frozen=True, slots=True)
class School:
    """The school of a number, as it is at `now`."""

    number: int
    now: datetime
    people: People
    workspaces: tuple[DemoWorkspace, ...]

    @property
    def channels(self) -> tuple[DemoChannel, ...]:
        return tuple(channel for workspace in self.workspaces for channel in workspace.channels)


def school_of(number: int, now: datetime) -> School:
    """The same school for the same number and time."""
    founded = now - AGE
    people = people_of(number, founded)
    opened = founded + timedelta(days=3)
    workspaces = tuple(
        _workspace(f"school {number} workspace {place}", plan, people, opened + timedelta(hours=place))
        for place, plan in enumerate(WORKSPACES)
    )
    return School(number, now, people, workspaces)


def _workspace(name: str, plan: WorkspacePlan, people: People, at: datetime) -> DemoWorkspace:
    owner = people.teachers[plan.owner]
    workspace_id = WorkspaceId("wsp_" + uuid7_hex(name, at))
    staff = [people.teachers[number] for number in plan.staff]
    pupils = [people.pupils[number] for number in plan.pupils]
    roles = {owner: MemberRole.OWNER}
    roles |= dict.fromkeys([people.head, *staff], MemberRole.MODERATOR)
    roles |= dict.fromkeys(pupils, MemberRole.MEMBER)
    roles |= {people.pupils[number]: MemberRole.MODERATOR for number in plan.pupil_moderators}
    members = tuple(
        WorkspaceMember(workspace_id, person.user.id, role, at + timedelta(minutes=place))
        for place, (person, role) in enumerate(roles.items())
    )
    channels = tuple(
        _channel(f"{name} {channel.name}", channel, workspace_id, people, tuple(roles), at + timedelta(hours=1 + place))
        for place, channel in enumerate(plan.channels)
    )
    workspace = Workspace(workspace_id, plan.name, plan.description, owner.user.id, at, None)
    return DemoWorkspace(workspace, members, channels)


def _channel(
    name: str, plan: ChannelPlan, workspace_id: WorkspaceId, people: People, everybody: tuple[Person, ...], at: datetime
) -> DemoChannel:
    lead = people.teachers[plan.lead]
    circle = tuple(people.pupils[number] for number in plan.pupils or ())
    circle += tuple(people.teachers[number] for number in plan.staff or ())
    private = plan.visibility is ChannelVisibility.PRIVATE
    channel_id = ChannelId("chn_" + uuid7_hex(name, at))
    members = tuple(
        ChannelMember(channel_id, person.user.id, MemberRole.MEMBER if place else MemberRole.OWNER, at)
        for place, person in enumerate((lead, *circle))
    )
    channel = Channel(channel_id, workspace_id, plan.name, plan.topic, plan.visibility, lead.user.id, at, None)
    readers = (lead, *circle) if private else everybody
    writing = {"teacher"} if plan.among_staff else {"student"}
    others = tuple(person for person in readers if person is not lead and person.user.role in writing)
    return DemoChannel(channel, plan, lead, others, readers, members if private else ())

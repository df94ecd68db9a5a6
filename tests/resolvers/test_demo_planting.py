"""Planting the demo school in the real stores: once, twice, interrupted, and by two at the same time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.settings import CassandraSettings
from datasources.embedded import Endpoints
from datasources.errors import Conflict, Unavailable
from datasources.layers.conversations import Conversations
from datasources.layers.rooms import Rooms
from datasources.layers.sessions import LayeredSessions
from datasources.mongo.channels import MongoChannels
from datasources.mongo.claims import MongoCreationClaims
from datasources.mongo.conversations import MongoConversations
from datasources.mongo.invitations import MongoInvitations
from datasources.mongo.memberships import MongoMemberships
from datasources.mongo.room_collections import DIRECT, VIEWERS
from datasources.mongo.rooms import MongoRooms
from datasources.mongo.workspaces import MongoWorkspaces
from datasources.postgres.conversations import PostgresConversations
from datasources.postgres.room_tables import GROUPS
from datasources.postgres.rooms import PostgresRooms
from datasources.postgres.sessions import PostgresSessions
from datasources.postgres.users import PostgresUsers
from datasources.records.changes import Change
from datasources.records.conversations import Conversation
from datasources.records.ids import RoomId, UserId, new_user_id
from datasources.records.messages import Message
from datasources.records.pages import MAXIMUM_PAGE_SIZE, PageArguments
from datasources.records.users import User
from datasources.records.workspaces import MemberRole
from datasources.redis.client import RedisClient
from datasources.redis.presence import RedisPresence
from datasources.redis.sessions import RedisSessions
from datasources.stores import Stores
from resolvers.demo import DEMO_PASSWORD, STUDENT, TEACHER, Planted, plant
from resolvers.demo.conversations import DemoConversation, conversations_of
from resolvers.demo.marks import marks_of
from resolvers.demo.people import head_email
from resolvers.demo.school import School, school_of
from resolvers.demo.telling import told_in
from tests.contracts.rooms.keyspaces import keyspace_of_its_own
from tests.datasources.mongo.databases import database_of_its_own
from tests.datasources.postgres.places import migrated_database, opened

NOW = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=17)


class Faltering(Rooms):
    """Rooms that do not answer the next few writes of demo data in time."""

    falters = 0

    async def apply(self, changes: Sequence[Change]) -> None:
        if self.falters:
            self.falters -= 1
            raise Unavailable("cassandra", "no answer in 3.0 s")
        await super().apply(changes)


@asynccontextmanager
async def empty_stores(endpoints: Endpoints, name: str, cluster: CassandraCluster) -> AsyncIterator[Stores]:
    redis = RedisClient(endpoints.redis_url or "")
    async with (
        migrated_database(endpoints.database_url or "", name) as url,
        database_of_its_own(endpoints.mongodb_url or "", name) as mongo,
        opened(url) as postgres,
    ):
        yield Stores(
            users=PostgresUsers(postgres),
            sessions=LayeredSessions(PostgresSessions(postgres), RedisSessions(redis)),
            workspaces=MongoWorkspaces(mongo),
            memberships=MongoMemberships(mongo),
            invitations=MongoInvitations(mongo),
            channels=MongoChannels(mongo),
            creation_claims=MongoCreationClaims(mongo),
            rooms=Faltering(
                {
                    "chn": CassandraRooms(cluster),
                    "dir": MongoRooms(mongo, DIRECT),
                    "grp": PostgresRooms(postgres, GROUPS),
                    "usr": MongoRooms(mongo, VIEWERS),
                }
            ),
            conversations=Conversations(MongoConversations(mongo, DIRECT), PostgresConversations(postgres, GROUPS)),
            presence=RedisPresence(redis, name),
        )


def named_after(request: pytest.FixtureRequest, run_id: str) -> str:
    return f"homeroom_demo_{run_id}_{crc32(request.node.name.encode())}"


@pytest.fixture
async def stores(request: pytest.FixtureRequest, endpoints: Endpoints, run_id: str) -> AsyncIterator[Stores]:
    """Empty stores of the test's own."""
    name = named_after(request, run_id)
    async with keyspace_of_its_own(endpoints.cassandra_contact_points or "", name) as settings:
        cluster = CassandraCluster(settings)
        async with empty_stores(endpoints, name, cluster) as stores:
            await cluster.open()
            try:
                yield stores
            finally:
                await cluster.close()


@pytest.fixture
async def stores_without_channels(
    request: pytest.FixtureRequest, endpoints: Endpoints, run_id: str
) -> AsyncIterator[Stores]:
    """As `stores`, for what ends before the first message: nobody has connected to Cassandra."""
    name = named_after(request, run_id)
    cluster = CassandraCluster(
        CassandraSettings(contact_points=endpoints.cassandra_contact_points or "", keyspace=name)
    )
    async with empty_stores(endpoints, name, cluster) as stores:
        yield stores
    await cluster.close()


class Interrupted(Exception):
    pass


@dataclass(slots=True)
class Run:
    """One call of `plant`, which is interrupted after so many messages where that is said."""

    stores: Stores
    interrupt_after: int | None = None
    hashed: list[str] = field(default_factory=list)
    progress: list[tuple[str, int, int]] = field(default_factory=list)

    async def __call__(self, now: datetime, scale: int = 1) -> Planted:
        return await plant(
            self.stores, scale=scale, now=now, hash_password=self.hash_password, on_progress=self.on_progress
        )

    async def hash_password(self, password: str) -> str:
        self.hashed.append(password)
        return f"hash of {password}"

    def on_progress(self, subject: str, done: int, total: int) -> None:
        self.progress.append((subject, done, total))
        if self.interrupt_after is not None and subject == "messages" and done >= self.interrupt_after:
            raise Interrupted


async def read(stores: Stores, room_id: RoomId) -> list[Message]:
    """All messages of a room, page by page from the newest, oldest first."""
    read: list[Message] = []
    before = None
    while True:
        arguments = PageArguments(MAXIMUM_PAGE_SIZE, before=before, from_end=True)
        page = (await stores.rooms.pages([(room_id, arguments)]))[0]
        assert not isinstance(page, Exception)
        read = [edge.node for edge in page.edges] + read
        if not page.page_info.has_previous_page:
            return read
        before = str(read[0].snowflake)


async def assert_all_is_there(stores: Stores, number: int, now: datetime) -> None:
    school = school_of(number, now)
    users = [person.user for person in school.people.all]
    assert await stores.users.by_ids([user.id for user in users]) == users
    for workspace in school.workspaces:
        found = await stores.memberships.roles([(one.workspace_id, one.user_id) for one in workspace.members])
        assert found == list(workspace.members)
        for channel in workspace.channels:
            assert await stores.channels.by_ids([channel.channel.id]) == [channel.channel]
            keys = [(channel.channel.id, member.user_id) for member in channel.members]
            assert await stores.memberships.channel_roles(keys) == list(channel.members)
            told = told_in(school, channel)
            assert await read(stores, channel.channel.id) == list(told.values())
            await assert_stands(stores, marks_of(school, channel, told))
    await assert_conversations_are_there(stores, school)


async def assert_stands(stores: Stores, changes: Sequence[Change]) -> None:
    assert await stores.rooms.stored(changes) == list(changes)


async def assert_conversations_are_there(stores: Stores, school: School) -> None:
    conversations = conversations_of(school)
    for each in conversations:
        assert await read(stores, each.conversation.id) == list(each.messages)
        await assert_stands(stores, [each.conversation, *each.participants, *each.marks])
    for person in (school.people.teachers[0], school.people.pupils[0]):
        (page,) = await stores.conversations.of_users([(person.user.id, PageArguments(50))])
        assert [edge.node for edge in page.edges] == newest_first(conversations, person.user.id)


def newest_first(conversations: Sequence[DemoConversation], user_id: UserId) -> list[Conversation]:
    own = [each for each in conversations if user_id in {one.user_id for one in each.participants}]
    return [each.conversation for each in sorted(own, key=lambda each: each.messages[-1].snowflake, reverse=True)]


async def test_a_school_is_planted_once_and_others_join_it(stores: Stores) -> None:
    run = Run(stores)
    planted = await run(NOW)
    await assert_all_is_there(stores, 0, NOW)
    assert run.hashed == [DEMO_PASSWORD]
    assert {"people", "workspaces", "messages"} == {subject for subject, _, _ in run.progress}
    assert all(done <= total for _, done, total in run.progress)
    credentials = [await stores.users.credentials(email) for email in (TEACHER, STUDENT)]
    assert [found and found.user_id for found in credentials] == [planted.teacher_id, planted.student_id]
    assert (await read(stores, planted.channel_id))[-2].id == planted.message_id
    (member,) = await stores.memberships.roles([(planted.workspace_id, planted.teacher_id)])
    assert member is not None
    assert member.role is MemberRole.OWNER

    again = Run(stores)
    assert await again(LATER) == planted
    assert again.hashed == []
    assert again.progress == []

    both = await Run(stores)(LATER, scale=2)
    assert (both.people, both.workspaces, both.channels) == (80, 6, 24)
    assert (both.teacher_id, both.message_id) == (planted.teacher_id, planted.message_id)
    await assert_all_is_there(stores, 1, LATER)


async def test_an_interrupted_run_is_completed_by_the_next_even_by_two_while_a_store_falters(stores: Stores) -> None:
    with pytest.raises(Interrupted):
        await Run(stores, interrupt_after=1_000)(NOW)
    assert await stores.users.credentials(TEACHER) is None
    assert isinstance(stores.rooms, Faltering)
    stores.rooms.falters = 3
    one, two = await asyncio.gather(Run(stores)(LATER), Run(stores)(LATER + timedelta(seconds=1)))
    assert one == two
    await assert_all_is_there(stores, 0, NOW)


async def test_two_that_begin_at_the_same_time_agree_on_one_school(stores_without_channels: Stores) -> None:
    runs = [Run(stores_without_channels, interrupt_after=0)(now) for now in (NOW, LATER)]
    outcomes = await asyncio.gather(*runs, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Interrupted, Interrupted]
    head = await stores_without_channels.users.credentials(head_email(0))
    assert head is not None
    schools = {school.people.head.user.id: school for school in (school_of(0, NOW), school_of(0, LATER))}
    school = schools.pop(head.user_id)
    (other,) = schools.values()
    ids = [workspace.workspace.id for workspace in (*school.workspaces, *other.workspaces)]
    there = [workspace.workspace for workspace in school.workspaces]
    assert await stores_without_channels.workspaces.by_ids(ids) == [*there, None, None, None]


@pytest.mark.parametrize("email", [TEACHER, STUDENT, head_email(0)])
async def test_an_address_of_somebody_else_is_left_to_them(stores_without_channels: Stores, email: str) -> None:
    somebody = User(new_user_id(), email, "Somebody", "student", None, NOW, NOW, None, is_active=True)
    await stores_without_channels.users.create(somebody, "their hash")
    with pytest.raises(Conflict, match=email):
        await Run(stores_without_channels)(NOW)
    assert await stores_without_channels.users.by_ids([somebody.id]) == [somebody]

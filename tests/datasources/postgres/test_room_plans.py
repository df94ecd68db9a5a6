"""The statements on rooms find their rows by index, and ask once, however many rooms they are about."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest

from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.postgres.conversations import PostgresConversations
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.room_expiry import RoomExpiry
from datasources.postgres.room_tables import DIRECT
from datasources.postgres.rooms import PostgresRooms
from datasources.records.changes import Reaction, ReadState, RoomEvent
from datasources.records.conversations import Block, Conversation, Participant
from datasources.records.encoding import Undecodable
from datasources.records.pages import PageArguments
from tests.contracts.rooms.records import revisions
from tests.contracts.rooms.scenes import Scene

# 300 conversations of 100 messages, two people each, and as many of every other record.
_FILL = (
    """
    INSERT INTO direct_messages (room_id, snowflake, author_id, content, revision, created_at, deleted_at, type)
    SELECT md5(room::text)::uuid, number, md5(room::text)::uuid, 'content', 1, now(),
        CASE WHEN number < 50 THEN now() END, 'text'
    FROM generate_series(1, 300) AS room, generate_series(1, 100) AS number
    """,
    """
    INSERT INTO direct_events SELECT room_id, snowflake, now(), 'message_sent', false, snowflake = 1, ''
    FROM direct_messages
    """,
    "INSERT INTO direct_message_history SELECT room_id, snowflake, 1, '' FROM direct_messages",
    "INSERT INTO direct_reactions SELECT room_id, snowflake, author_id, '+', true, 1 FROM direct_messages",
    "INSERT INTO direct_read_states SELECT room_id, gen_random_uuid(), 1 FROM direct_messages",
    """
    INSERT INTO direct_conversations SELECT gen_random_uuid(), 'direct', NULL, author_id, now(), 1, 1
    FROM direct_messages
    """,
    """
    INSERT INTO direct_participants SELECT room_id, author_id, 'member', now(), NULL, 1
    FROM direct_conversations AS conversation (room_id, kind, name, author_id)
    """,
    "INSERT INTO direct_blocks SELECT room_id, gen_random_uuid(), true, 1 FROM direct_messages",
    "INSERT INTO direct_claims SELECT author_id, snowflake::text, room_id, 1, 1, '', now() FROM direct_messages",
    "INSERT INTO room_dead_letters SELECT 'set ' || snowflake, room_id, snowflake, '', '' FROM direct_messages",
)


class Recording(PostgresDatabase):
    """Notes each statement that is sent."""

    statements: list[str]

    async def _run(self, method: str, statement: str, arguments: Sequence[object], seconds: float) -> Any:
        self.statements.append(statement)
        return await super()._run(method, statement, arguments, seconds)


async def plan_of(database_url: str, statement: str) -> str:
    """The plan for any arguments, which is the worst that a prepared statement comes to."""
    nulls = ", ".join(["NULL"] * max(map(int, re.findall(r"\$(\d+)", statement)), default=0))
    connection = await asyncpg.connect(database_url, server_settings={"plan_cache_mode": "force_generic_plan"})
    try:
        await connection.execute(f"PREPARE explained AS {statement}")
        rows = await connection.fetch(f"EXPLAIN EXECUTE explained {f'({nulls})' if nulls else ''}")
    finally:
        await connection.close()
    return "\n".join(row[0] for row in rows)


@pytest.fixture
async def recording(database_url: str, database: PostgresDatabase) -> AsyncIterator[Recording]:
    """A database with enough rows that reading all of them would be a mistake."""
    if not await database.fetch("SELECT FROM direct_messages LIMIT 1"):
        for statement in _FILL:
            await database.execute(statement)
        await database.execute("ANALYZE")
    recording = Recording(database_url)
    recording.statements = []
    await recording.open()
    recording.statements.clear()
    yield recording
    await recording.close()


async def everything_once(rooms: PostgresRooms, conversations: PostgresConversations, scene: Scene) -> None:
    message = scene.message()
    ids = [message.id]
    await rooms.claim(scene.claim("key"))
    await rooms.claimed(scene.claim("key"))
    events: list[RoomEvent] = [scene.sent(message), scene.edited(message, "mended")]
    kinds: tuple[type[Any], ...] = (Reaction, ReadState, Conversation, Participant, Block)
    for kind in kinds:
        (change,) = revisions(scene, kind, 1, message)
        events.append(scene.changed(change))
    for event in events:
        await rooms.write_owing(event)
        await rooms.apply([event.change])
        await rooms.stored([event.change])
    await rooms.by_ids(ids)
    await rooms.history(ids)
    await rooms.of_messages(Reaction, ids)
    for kind in kinds[1:]:
        await rooms.of_rooms(kind, [scene.room_id], 10)
    await rooms.pages([(scene.room_id, PageArguments())])
    await conversations.of_users([(scene.author_id, PageArguments())])
    await rooms.events(scene.room_id, 0, 10)
    await rooms.still_owed(events[0])
    with pytest.raises(Undecodable):
        await rooms.owed(10)  # the rows that are there to be many have nothing in them
    await rooms.debts()
    await rooms.bury(events[0], "never")
    await rooms.settle(events)


async def test_no_statement_reads_a_whole_table(recording: Recording, database_url: str) -> None:
    rooms = PostgresRooms(recording, DIRECT)
    scene = Scene(rooms, "dir")
    await everything_once(rooms, PostgresConversations(recording, DIRECT), scene)
    await RoomExpiry(recording, [DIRECT], clock=lambda: 0).round()
    whole: list[str] = []
    statements = list(dict.fromkeys(recording.statements))
    for statement in statements:
        plan = await plan_of(database_url, statement)
        if found := re.findall(r"Seq Scan on \w+", plan):
            whole.append(f"{found}\n{statement}\n{plan}")
    assert len(statements) >= 30
    assert not whole, "\n\n".join(whole)


async def test_pages_pass_deleted_messages_by_an_index_of_live_ones(recording: Recording, database_url: str) -> None:
    rooms = PostgresRooms(recording, DIRECT)
    await rooms.pages([(Scene(rooms, "dir").room_id, PageArguments())])
    (statement,) = recording.statements
    plan = await plan_of(database_url, statement)
    assert plan.count("direct_messages_live") == plan.count("Index Scan") + plan.count("Index Only Scan")
    assert plan.count("direct_messages_live") >= 4


async def test_one_statement_answers_for_many(recording: Recording) -> None:
    rooms = PostgresRooms(recording, DIRECT)
    scenes = [Scene(rooms, "dir") for _ in range(60)]
    messages = [scene.message() for scene in scenes]
    trips = RoundTrips()
    token = round_trips.set(trips)
    try:
        await rooms.apply(messages)
        await rooms.pages([(scene.room_id, PageArguments()) for scene in scenes])
        await rooms.by_ids([message.id for message in messages])
        await rooms.history([message.id for message in messages])
        await rooms.of_messages(Reaction, [message.id for message in messages])
        await rooms.of_rooms(Participant, [scene.room_id for scene in scenes], 10)
        await PostgresConversations(recording, DIRECT).of_users(
            [(scene.author_id, PageArguments()) for scene in scenes]
        )
    finally:
        round_trips.reset(token)
    assert trips.report() == {"postgresql": {"waves": 7, "statements": 7}}

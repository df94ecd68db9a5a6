"""Audiences: who of those that hear a room is handed which event, whatever joins, leaves or is lost meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, Final

import pytest

from datasources.embedded import Endpoints
from datasources.errors import Unavailable
from datasources.mongo.room_collections import CHANNELS
from datasources.mongo.rooms import MongoRooms
from datasources.records.changes import RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import (
    ChannelId,
    RoomId,
    WorkspaceId,
    event_cursor,
    new_channel_id,
    new_session_id,
    new_user_id,
)
from datasources.snowflakes import first_of, unix_ms
from resolvers.audiences import Audiences, Heard, Member
from resolvers.clock import now
from resolvers.errors import AccessLost, SessionEnded
from resolvers.holding import AccessChange
from resolvers.live import Live
from resolvers.rights import Rights, Standing, Wish
from resolvers.room_streams import RoomStream
from resolvers.viewer import Viewer
from resolvers.watch import Watch
from tests.datasources.events.drills import maker, sent, until
from tests.datasources.events.listening import acknowledge, process
from tests.datasources.events.stores import MongoLog, mongo_log

IDS: Final = maker()
KEY: Final = "all alike"


class Held(MongoRooms):
    """A log whose pages wait on their way back until they may come."""

    def __init__(self, log: MongoLog) -> None:
        super().__init__(log.mongo, CHANNELS)
        self.read = asyncio.Event()
        self.hands_out = asyncio.Event()
        self.hands_out.set()
        self.failure: Exception | None = None

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        found = await super().events(room_id, after, limit)
        self.read.set()
        await self.hands_out.wait()
        if self.failure is not None:
            raise self.failure
        return found


class Verdicts(Rights):
    """What the stores would say of each viewer: by default, that they may hear it."""

    def __init__(self) -> None:
        self.of: dict[Viewer, Standing | Unavailable] = {}
        self.asked: list[int] = []

    async def standings(self, wishes: Sequence[Wish]) -> list[Standing | Unavailable]:
        self.asked.append(len(wishes))
        home = Standing(None, WorkspaceId("wsp_home"))
        return [self.of.get(viewer, home) for viewer, _ in wishes]


class Somebody(Member):
    """Who notes what they are handed, and how that ended."""

    def __init__(self, stream: RoomStream) -> None:
        super().__init__(stream.hold())
        self.stream = stream
        self.past: list[Any] = []
        self.live: list[Heard] = []
        self.end: list[Exception | None] = []

    async def join(self) -> None:
        async with aclosing(self.stream.join(self, KEY, lambda: hear)) as past:
            async for event in past:
                self.past.append(event)

    def ended(self, error: Exception | None) -> None:
        self.end.append(error)

    @property
    def heard(self) -> list[Any]:
        return [*self.past, *self.live]


async def hear(event: Heard, members: Sequence[Somebody]) -> None:
    for member in members:
        member.live.append(event)


def viewer() -> Viewer:
    return Viewer(new_user_id(), new_session_id())


@pytest.fixture(scope="module")
async def mongo(endpoints: Endpoints, run_id: str) -> AsyncIterator[MongoLog]:
    async with mongo_log(endpoints, f"homeroom_audiences_{run_id}") as log:
        yield log


@pytest.fixture
def store(mongo: MongoLog) -> Held:
    return Held(mongo)


@pytest.fixture
def verdicts() -> Verdicts:
    return Verdicts()


@pytest.fixture
async def audiences(endpoints: Endpoints, store: Held, verdicts: Verdicts) -> AsyncIterator[Audiences]:
    async with process(endpoints.redis_url or "", store) as live:
        watch = Watch(verdicts)
        watch.reachable = True
        await watch.start()
        found = Audiences(live, watch)
        yield found
        await found.stop()
        await watch.stop()


class Room:
    """A channel, with what is said and who listens."""

    def __init__(self, audiences: Audiences, store: Held) -> None:
        self.id: ChannelId = new_channel_id()
        self.said: list[RoomEvent] = []
        self._audiences = audiences
        self._store = store

    @property
    def live(self) -> Live:
        return self._audiences.live

    async def say(self, count: int = 1) -> None:
        for _ in range(count):
            event = sent(self.id, IDS.next())
            self.said.append(event)
            await acknowledge(self.live, self._store, event)

    def stream(self, who: Viewer | None = None, after: int | None = None) -> RoomStream:
        who = who or viewer()
        cursor = None if after is None else event_cursor(self.id, after)
        return RoomStream(self._audiences, lambda: (who, self.id), cursor, select=lambda event: event)

    async def joined(self, who: Viewer | None = None, after: int | None = None) -> Somebody:
        member = Somebody(self.stream(who, after))
        await member.join()
        assert member.audience is not None
        return member


@pytest.fixture
def room(audiences: Audiences, store: Held) -> Room:
    return Room(audiences, store)


async def test_members_share_one_reader_and_end_with_the_last_of_them(room: Room, audiences: Audiences) -> None:
    some = [await room.joined() for _ in range(5)]
    await room.say(3)
    for member in some:
        await until(lambda member=member: len(member.live) == 3)  # type: ignore[misc] # mypy infers no defaults
        assert member.live == room.said
    assert len(audiences) == 1
    assert len(room.live._feeds) == 1
    for member in some:
        member.leave()
    await until(lambda: len(audiences) == 0 and not room.live._feeds)
    assert len(audiences.watch) == 0


async def test_who_leaves_hears_nothing_more_and_others_go_on(room: Room) -> None:
    one, two = await room.joined(), await room.joined()
    await room.say()
    await until(lambda: len(two.live) == 1)
    one.leave()
    await room.say()
    await until(lambda: len(two.live) == 2)
    assert one.live == room.said[:1]
    assert one.end == []


async def test_who_is_removed_hears_nothing_after_that(room: Room, audiences: Audiences, verdicts: Verdicts) -> None:
    going, staying = await room.joined(), await room.joined()
    await room.say()
    await until(lambda: len(staying.live) == 1)
    lost = AccessLost("out")
    verdicts.of[going.right.viewer] = Standing(lost, WorkspaceId("wsp_home"))
    audiences.watch.doubt(AccessChange(user_id=going.right.viewer.user_id, room_id=room.id))
    await room.say(2)
    await until(lambda: len(staying.live) == 3)
    assert going.live == room.said[:1]
    assert going.end == [lost]


async def test_who_loses_the_session_hears_nothing_from_that_moment(room: Room, audiences: Audiences) -> None:
    going, staying = await room.joined(), await room.joined()
    audiences.watch.doubt(AccessChange(session_ids=(going.right.viewer.session_id,)))
    assert len(going.end) == 1
    await room.say()
    await until(lambda: len(staying.live) == 1)
    assert going.live == []


async def test_who_loses_the_session_while_the_audience_begins_does_not_join(
    room: Room, store: Held, audiences: Audiences
) -> None:
    store.hands_out.clear()
    going = Somebody(room.stream())
    joining = asyncio.create_task(going.join())
    await store.read.wait()
    audiences.watch.doubt(AccessChange(session_ids=(going.right.viewer.session_id,)))
    store.hands_out.set()
    with pytest.raises(SessionEnded):
        await joining
    assert going.audience is None
    staying = await room.joined()
    await room.say()
    await until(lambda: len(staying.live) == 1)
    assert going.live == []


async def test_a_right_that_cannot_be_looked_up_ends_its_own_stream(
    room: Room, audiences: Audiences, verdicts: Verdicts
) -> None:
    going, staying = await room.joined(), await room.joined()
    away = Unavailable("postgresql", "not there")
    verdicts.of[going.right.viewer] = away
    audiences.watch.doubt_all()
    await room.say()
    await until(lambda: len(staying.live) == 1)
    assert going.live == []
    assert going.end == [away]


async def test_rights_are_looked_up_in_one_wave_for_all(room: Room, audiences: Audiences, verdicts: Verdicts) -> None:
    some = [await room.joined() for _ in range(40)]
    audiences.watch.doubt_all()
    await until(lambda: all(member.right.confirmed > 0 for member in some))
    audiences.watch.reachable = False
    verdicts.asked.clear()
    await room.say()
    await until(lambda: len(some[-1].live) == 1)
    assert verdicts.asked == [40]


async def test_nobody_hears_themselves_write(room: Room) -> None:
    writer, other = await room.joined(), await room.joined()
    typing = Typing(room.id, writer.right.viewer.user_id, now())
    await room.live.whisper(typing)
    await room.say()
    await until(lambda: len(other.live) == 2 and len(writer.live) == 1)
    assert other.live == [typing, *room.said]
    assert writer.live == room.said


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "beside another"])
async def test_a_stream_goes_on_where_its_log_ends(room: Room, store: Held, others: int) -> None:
    """What is said while the log is read, while its events are taken, and after: each once and in order."""
    for _ in range(others):
        await room.joined()
    await room.say(3)
    after = room.said[0].snowflake
    member = Somebody(room.stream(after=after))
    past = member.stream.join(member, KEY, lambda: hear)
    store.read.clear()
    store.hands_out.clear()
    first = asyncio.create_task(taken(past))
    await store.read.wait()
    await room.say(2)  # in the log, but not in the page that was read
    store.hands_out.set()
    async with aclosing(past):
        member.past.append(await first)
        async for event in past:
            member.past.append(event)
            if len(room.said) < 12:
                await room.say()  # while the stream's consumer has an event in hand
    assert member.audience is not None
    await room.say(3)
    await until(lambda: member.heard[-1:] == room.said[-1:])
    # From eight seconds before the cursor on, as every stream that resumes.
    assert member.heard == room.said


async def test_streams_that_join_amid_many_events_miss_none(room: Room) -> None:
    await room.say(5)
    after = room.said[2].snowflake
    members = [Somebody(room.stream(after=after)) for _ in range(20)]
    saying = asyncio.create_task(room.say(150))
    for number, member in enumerate(members):
        await until(lambda place=8 * number: len(room.said) > place)  # type: ignore[misc] # mypy infers no defaults
        await member.join()
    await saying
    for member in members:
        await until(lambda member=member: member.heard[-1:] == room.said[-1:])  # type: ignore[misc] # as above
        assert member.heard == room.said


async def test_what_the_audience_has_still_to_read_is_not_for_who_joins(room: Room, audiences: Audiences) -> None:
    """The reader is held up, so that what the log gives to who resumes waits in the audience's queue too."""
    gate = asyncio.Event()

    async def hear_slowly(event: Heard, members: Sequence[Somebody]) -> None:
        await gate.wait()
        await hear(event, members)

    slow = Somebody(room.stream())
    async with aclosing(slow.stream.join(slow, KEY, lambda: hear_slowly)) as past:
        assert [event async for event in past] == []
    begun = first_of(unix_ms()) - 1
    await room.say(4)
    resumed, fresh = Somebody(room.stream(after=begun)), Somebody(room.stream())
    await resumed.join()
    await fresh.join()
    assert resumed.past == room.said
    await room.say()
    gate.set()
    await until(lambda: len(resumed.heard) == 5 and len(slow.live) == 5 and len(fresh.live) == 1)
    assert resumed.live == fresh.live == room.said[-1:]
    assert slow.live == room.said
    assert len(audiences) == 1


async def test_what_was_logged_before_it_is_told_does_not_come_twice(room: Room, store: Held) -> None:
    await room.say()
    early = sent(room.id, IDS.next())
    await store.write(early)
    member = await room.joined(after=room.said[0].snowflake)
    assert member.past == [*room.said, early]
    await room.live.publish(early)
    await room.say()
    await until(lambda: len(member.live) > 0)
    assert member.live == room.said[-1:]


async def test_all_are_told_when_the_process_stops(room: Room, audiences: Audiences) -> None:
    some = [await room.joined() for _ in range(3)]
    await audiences.stop()
    assert [member.end for member in some] == [[None]] * 3
    assert len(audiences.watch) == 0


async def test_what_breaks_an_answer_ends_those_who_wait_for_it(room: Room) -> None:
    async def break_down(_: Heard, __: Sequence[Somebody]) -> None:
        raise ZeroDivisionError

    member = Somebody(room.stream())
    async with aclosing(member.stream.join(member, "broken", lambda: break_down)) as past:
        assert [event async for event in past] == []
    other = await room.joined()
    await room.say()
    await until(lambda: len(other.live) == 1 and len(member.end) == 1)
    assert isinstance(member.end[0], ZeroDivisionError)


async def test_a_room_is_heard_anew_while_somebody_has_not_noticed_that_its_feed_broke(room: Room, store: Held) -> None:
    async with room.live.tuned_in(room.id):
        first = await room.joined()
        store.failure = LookupError("what nobody foresaw")
        room.live.doubt(room.id)
        await until(lambda: len(first.end) == 1)
        assert isinstance(first.end[0], ExceptionGroup)
        store.failure = None
        second = await room.joined()
        await room.say()
        await until(lambda: len(second.live) == 1)


async def test_a_feed_that_breaks_before_it_is_ready_is_no_silent_one(room: Room, store: Held) -> None:
    store.failure = LookupError("what nobody foresaw")
    member = Somebody(room.stream())
    with pytest.raises(ExceptionGroup):
        await member.join()
    assert member.audience is None


async def taken(events: AsyncGenerator[Any, None]) -> Any:
    return await anext(events)

"""The watch over open streams: which event may be handed on, in each order in which a change and a look-up can come."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Final

import pytest

from datasources.errors import Unavailable
from datasources.records.ids import SessionId, WorkspaceId, new_channel_id, new_session_id, new_user_id
from resolvers.errors import AccessLost, BadInput, RoomClosed, SessionEnded
from resolvers.rights import Rights, Standing, Wish
from resolvers.viewer import Viewer
from resolvers.watch import RECHECK_SECONDS, RENEW_SECONDS, AccessChange, Watch

ROOM: Final = new_channel_id()
VIEWER: Final = Viewer(new_user_id(), new_session_id())
HOME: Final = WorkspaceId("wsp_home")
YES: Final = Standing(None, HOME)
NO: Final = Standing(AccessLost("out"), HOME)


class Verdicts(Rights):
    """What the stores would say, each time that they are asked; `held` lets an answer wait on its way back."""

    def __init__(self) -> None:
        self.verdict: Standing | Unavailable = YES
        self.asked = 0
        self.held: asyncio.Event | None = None
        self.arrived = asyncio.Event()

    async def standings(self, wishes: Sequence[Wish]) -> list[Standing | Unavailable]:
        self.asked += 1
        found = self.verdict
        self.arrived.set()
        if self.held is not None:
            await self.held.wait()
        return [found] * len(wishes)

    async def answer_one(self) -> None:
        """Lets the answer that is held go, and returns when the next one is held and all have seen the first."""
        held, self.held, self.arrived = self.held, asyncio.Event(), asyncio.Event()
        assert held is not None
        held.set()
        await self.arrived.wait()
        for _ in range(10):
            await asyncio.sleep(0)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        # Any two moments differ, as they do for a clock that counts nanoseconds.
        self.now += 1e-6
        return self.now


@pytest.fixture
def verdicts() -> Verdicts:
    return Verdicts()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def watch(verdicts: Verdicts, clock: Clock) -> AsyncIterator[Watch]:
    watch = Watch(verdicts, clock=clock)
    watch.reachable = True
    await watch.start()
    yield watch
    await watch.stop()


class Source:
    """Events as a feed gives them."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue()
        self.ended = False

    async def events(self) -> AsyncGenerator[str, None]:
        try:
            while True:
                yield await self.queue.get()
        finally:
            self.ended = True


async def begun(watch: Watch, source: Source, viewer: Viewer = VIEWER) -> AsyncGenerator[str, None]:
    """A stream that has handed on its first event."""
    stream = watch.guard(viewer, ROOM, source.events())
    source.queue.put_nowait("first")
    assert await anext(stream) == "first"
    return stream


async def test_an_event_is_handed_on_while_the_right_to_it_is_fresh(
    watch: Watch, verdicts: Verdicts, clock: Clock
) -> None:
    source = Source()
    async with aclosing(await begun(watch, source)) as stream:
        verdicts.verdict = NO
        clock.now += RECHECK_SECONDS / 2
        source.queue.put_nowait("second")
        assert await anext(stream) == "second"
        assert verdicts.asked == 1

        clock.now += RECHECK_SECONDS
        source.queue.put_nowait("third")
        with pytest.raises(AccessLost):
            await anext(stream)
    assert source.ended
    assert len(watch) == 0


async def test_where_changes_do_not_arrive_every_event_is_looked_at(watch: Watch, verdicts: Verdicts) -> None:
    source = Source()
    async with aclosing(await begun(watch, source)) as stream:
        watch.reachable = False
        verdicts.verdict = NO
        source.queue.put_nowait("second")
        with pytest.raises(AccessLost):
            await anext(stream)


async def test_a_look_up_that_began_before_the_change_does_not_count(
    watch: Watch, verdicts: Verdicts, clock: Clock
) -> None:
    source = Source()
    async with aclosing(await begun(watch, source)) as stream:
        clock.now += 2 * RECHECK_SECONDS
        verdicts.held, verdicts.arrived = asyncio.Event(), asyncio.Event()
        source.queue.put_nowait("second")
        waiting = asyncio.ensure_future(anext(stream))
        await verdicts.arrived.wait()  # it has seen the right, and has not come back yet

        verdicts.verdict = NO
        watch.doubt(AccessChange(user_id=VIEWER.user_id, room_id=ROOM))
        await verdicts.answer_one()
        assert not waiting.done()

        verdicts.held.set()
        with pytest.raises(AccessLost):
            await waiting


async def test_a_change_while_a_stream_begins_is_not_missed(watch: Watch, verdicts: Verdicts) -> None:
    source = Source()
    verdicts.held = asyncio.Event()
    source.queue.put_nowait("first")
    stream = watch.guard(VIEWER, ROOM, source.events())
    async with aclosing(stream):
        waiting = asyncio.ensure_future(anext(stream))
        await verdicts.arrived.wait()

        verdicts.verdict = NO
        watch.doubt(AccessChange(user_id=VIEWER.user_id, workspace_id=HOME))
        await verdicts.answer_one()
        assert not waiting.done()

        verdicts.held.set()
        with pytest.raises(BadInput):
            await waiting


@pytest.mark.parametrize(
    "lost", [AccessLost("out"), RoomClosed("archived"), SessionEnded()], ids=lambda e: type(e).__name__
)
async def test_a_change_ends_a_stream_that_waits(
    watch: Watch, verdicts: Verdicts, lost: AccessLost | RoomClosed | SessionEnded
) -> None:
    source = Source()
    async with aclosing(await begun(watch, source)) as stream:
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        verdicts.verdict = Standing(lost)
        watch.doubt(AccessChange(room_id=ROOM))

        with pytest.raises(type(lost)):
            await waiting
        assert waiting.cancelled() is False
    assert source.ended


@pytest.mark.parametrize(
    ("change", "concerned"),
    [
        (AccessChange(user_id=VIEWER.user_id), True),
        (AccessChange(workspace_id=HOME), True),
        (AccessChange(session_ids=(VIEWER.session_id,)), True),
        (AccessChange(user_id=new_user_id()), False),
        (AccessChange(user_id=VIEWER.user_id, room_id=new_channel_id()), False),
        (AccessChange(workspace_id=WorkspaceId("wsp_elsewhere")), False),
        (AccessChange(session_ids=(SessionId("ses_other"),)), False),
    ],
)
async def test_a_change_concerns_the_streams_to_which_all_of_it_applies(
    watch: Watch, verdicts: Verdicts, change: AccessChange, concerned: bool
) -> None:
    source = Source()
    async with aclosing(await begun(watch, source)) as stream:
        verdicts.verdict = NO
        watch.doubt(change)
        source.queue.put_nowait("second")
        if concerned:
            with pytest.raises((AccessLost, SessionEnded)):
                await anext(stream)
        else:
            assert await anext(stream) == "second"


async def test_an_outage_ends_a_stream_only_when_an_event_comes(watch: Watch, verdicts: Verdicts) -> None:
    source = Source()
    async with aclosing(await begun(watch, source)) as stream:
        verdicts.verdict = Unavailable("mongodb", "away")
        waiting = asyncio.ensure_future(anext(stream))
        verdicts.arrived.clear()
        watch.doubt_all()
        await verdicts.arrived.wait()
        await asyncio.sleep(0)
        assert not waiting.done()

        source.queue.put_nowait("second")
        with pytest.raises(Unavailable):
            await waiting


async def test_whoever_else_ends_a_stream_that_was_lost_is_obeyed(watch: Watch, verdicts: Verdicts) -> None:
    source = Source()
    async with aclosing(await begun(watch, source)) as stream:
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        watch.doubt(AccessChange(session_ids=(VIEWER.session_id,)))
        waiting.cancel()

        with pytest.raises(asyncio.CancelledError):
            await waiting
    del verdicts


async def test_streams_are_looked_up_together(watch: Watch, verdicts: Verdicts, clock: Clock) -> None:
    sources = [Source() for _ in range(100)]
    viewers = [Viewer(new_user_id(), new_session_id()) for _ in sources]
    streams = [await begun(watch, source, viewer) for source, viewer in zip(sources, viewers, strict=True)]
    before = verdicts.asked
    clock.now += 2 * RECHECK_SECONDS

    for source in sources:
        source.queue.put_nowait("second")
    heard = await asyncio.gather(*(anext(stream) for stream in streams))

    assert heard == ["second"] * len(streams)
    assert verdicts.asked - before <= 2
    for stream in streams:
        await stream.aclose()
    assert len(watch) == 0


async def test_rights_of_many_are_renewed_before_anybody_has_to_wait(
    watch: Watch, verdicts: Verdicts, clock: Clock
) -> None:
    right = watch.register(VIEWER, ROOM)
    await watch.allow_all([right])
    assert verdicts.asked == 1
    clock.now += RENEW_SECONDS * 1.1
    verdicts.held, verdicts.arrived = asyncio.Event(), asyncio.Event()
    await watch.allow_all([right])  # while the answer is held
    await verdicts.arrived.wait()
    verdicts.held.set()
    assert right.lost is None
    watch.discard(right)
    assert len(watch) == 0


async def test_all_wait_for_those_whose_right_is_in_doubt_and_lose_no_other(
    watch: Watch, verdicts: Verdicts, clock: Clock
) -> None:
    rights = [watch.register(Viewer(new_user_id(), new_session_id()), ROOM) for _ in range(3)]
    await watch.allow_all(rights)
    clock.now += 2 * RECHECK_SECONDS
    verdicts.held, verdicts.arrived = asyncio.Event(), asyncio.Event()
    waiting = asyncio.ensure_future(watch.allow_all(rights))
    await verdicts.arrived.wait()  # it has seen all rights, and has not come back yet

    verdicts.verdict = NO
    watch.doubt(AccessChange(user_id=rights[0].viewer.user_id, room_id=ROOM))
    await verdicts.answer_one()
    assert not waiting.done()

    verdicts.held.set()
    await waiting
    assert [right.lost is None for right in rights] == [False, True, True]

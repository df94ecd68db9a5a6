"""Answers for all who hear a room: made once where they may be, sent to each, and kept within bounds for the slow."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import fields
from typing import Any, Final

import orjson
import pytest

from datasources.events.queues import SlowSubscriber
from datasources.records.ids import new_channel_id, new_session_id, new_user_id
from datasources.stores import Stores
from graph.context import Context, Services, new_context, shared_context
from graph.errors import Code, FormattedError, of_exception
from graph.execution.executor import Executor, ResponseStream
from graph.limits import Limits
from graph.schema import core_schema
from graph.transport.fanout import Fanout, Hearer
from graph.transport.frames import text_head
from graph.transport.messages import next_header
from graph.transport.payloads import Payload
from graph.transport.subscriber import Subscriber
from resolvers.audiences import Audiences
from resolvers.clock import now
from resolvers.holding import Right
from resolvers.live import Gap
from resolvers.loaders import SharedLoaders, ViewerAsked, users_by_id
from resolvers.loaders.places import places_by_id
from resolvers.room_streams import WAITING_BYTES, WAITING_MAXIMUM, RoomStream
from resolvers.viewer import Viewer

ROOM: Final = new_channel_id()
SHARED: Final = 'subscription { channelEvents(channelId: "chn_1") { __typename ... on Event { at } } }'
OWN: Final = """subscription ($with: Boolean = true) { channelEvents(channelId: "chn_1") {
  __typename ... on TypingStarted @include(if: $with) { room { id } } ... on Event { at }
} }"""


def right() -> Right:
    return Right(Viewer(new_user_id(), new_session_id()), ROOM)


class Hearing(Hearer):
    """Who keeps what they are sent."""

    def __init__(self, services: Services) -> None:
        super().__init__(right())
        self.audience = object()  # type: ignore[assignment] # of one that is in an audience
        self.payloads: list[Payload] = []
        self._services = services

    def context(self) -> Context:
        return new_context(self._services, self.right.viewer)

    def push(self, payload: Payload) -> None:
        self.payloads.append(payload)


@pytest.fixture
def services() -> Services:
    """Of a process without stores: what is executed here reads attributes alone."""
    nothing: dict[str, Any] = {}
    stores = Stores(**nothing | dict.fromkeys(each.name for each in fields(Stores)))
    return Services(**nothing | dict.fromkeys(each.name for each in fields(Services)) | {"stores": stores})


@pytest.fixture
def executor() -> Executor:
    return Executor(core_schema(), Limits())


@pytest.fixture
def fanout(services: Services) -> Fanout:
    return Fanout(core_schema(), lambda: shared_context(services))


class Answering:
    """An operation's way to hear, and how often an event of it was executed."""

    def __init__(self, executor: Executor, fanout: Fanout, document: str, **variables: Any) -> None:
        self.contexts: list[Any] = []
        prepared = executor.prepare(document, None)

        async def respond(event: object, context: Any) -> dict[str, Any]:
            self.contexts.append(context)
            return await executor._run(prepared, event, variables, context)

        source = RoomStream(Audiences(None, None), lambda: (None, ROOM), None, select=lambda event: event)  # type: ignore[arg-type, return-value] # it is not listened to
        stream = ResponseStream(source, respond, lambda: None, None)  # type: ignore[arg-type, return-value] # nor iterated over
        self.key, make = fanout.way_to_hear(stream, source, prepared, variables)
        self.hear = make()


async def test_what_is_the_same_for_all_is_executed_once(
    executor: Executor, fanout: Fanout, services: Services
) -> None:
    some = [Hearing(services) for _ in range(250)]
    answering = Answering(executor, fanout, SHARED)
    await answering.hear(Gap(now()), some)  # type: ignore[arg-type] # the simplest of events
    assert len(answering.contexts) == 1
    assert len({id(member.payloads[0]) for member in some}) == 1
    assert orjson.loads(some[0].payloads[0].body)["data"]["channelEvents"]["__typename"] == "EventGap"


async def test_what_differs_is_executed_for_each_over_common_loads(
    executor: Executor, fanout: Fanout, services: Services
) -> None:
    some = [Hearing(services) for _ in range(250)]
    answering = Answering(executor, fanout, OWN)
    await answering.hear(Gap(now()), some)  # type: ignore[arg-type] # the simplest of events
    assert [context.viewer for context in answering.contexts] == [member.right.viewer for member in some]
    assert len({id(context.loaders.of(users_by_id)) for context in answering.contexts}) == 1
    assert len({id(context.loaders.of(places_by_id)) for context in answering.contexts}) == 250
    assert all(len(member.payloads) == 1 for member in some)


async def test_who_leaves_while_an_event_is_executed_is_not_sent_it(
    executor: Executor, fanout: Fanout, services: Services
) -> None:
    for document in (SHARED, OWN):
        going, staying = Hearing(services), Hearing(services)
        answering = Answering(executor, fanout, document)
        begun: Any = answering.hear(Gap(now()), [going, staying])  # type: ignore[arg-type] # the simplest of events
        going.audience = None
        await begun
        assert (len(going.payloads), len(staying.payloads)) == (0, 1)


async def test_those_are_answered_together_whose_answers_depend_on_the_same(executor: Executor, fanout: Fanout) -> None:
    one, other = Answering(executor, fanout, OWN, **{"with": True}), Answering(executor, fanout, OWN, **{"with": False})
    assert one.key != other.key
    assert one.key == Answering(executor, fanout, OWN, **{"with": True, "unused": 1}).key
    assert one.key != Answering(executor, fanout, SHARED, **{"with": True}).key


async def test_whoever_executes_for_all_has_no_viewer(services: Services) -> None:
    context = shared_context(services)
    for ask in (
        lambda: context.viewer,
        lambda: context.caller.viewer,
        lambda: context.caller.user_id,
        lambda: context.loaders.viewer,
        lambda: context.loaders.viewer_id,
        lambda: context.loaders.of(places_by_id),
    ):
        with pytest.raises(ViewerAsked):
            ask()
    assert isinstance(context.shared, SharedLoaders)


class Wire:
    """A connection whose socket takes frames, or does not."""

    def __init__(self) -> None:
        self.takes = True
        self.sent: list[dict[str, Any]] = []
        self.ended: list[list[FormattedError] | None] = []
        self.may_send = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def own_context(self) -> Any:
        raise AssertionError("nothing is executed here")

    def write(self, frame: bytes) -> bool:
        if self.takes:
            head = text_head(len(frame) - 4)
            assert frame.startswith(head)
            self.sent.append(orjson.loads(frame[len(head) :]))
        return self.takes

    async def tell(self, text: str) -> None:
        await self.may_send.wait()
        self.sent.append(orjson.loads(text))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.create_task(work))

    def finished(self, operation_id: str, errors: list[FormattedError] | None) -> None:
        assert operation_id == "an id"
        self.ended.append(errors)


class Group:
    """The audience that a subscriber is in."""

    def __init__(self) -> None:
        self.members: list[Any] = []

    def remove(self, member: Any) -> None:
        member.audience = None
        self.members.remove(member)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def subscriber(wire: Wire) -> Subscriber:
    made = Subscriber(right(), wire, "an id", next_header("an id").encode())
    made.audience = Group()  # type: ignore[assignment] # as far as a member knows one
    made.audience.members.append(made)  # type: ignore[union-attr] # as above
    return made


def numbered(number: int) -> Payload:
    return Payload.of({"data": {"number": number, "said": "x" * 500}})


def numbers(wire: Wire) -> list[int]:
    return [message["payload"]["data"]["number"] for message in wire.sent]


async def test_what_a_socket_does_not_take_at_once_comes_later_and_in_order(wire: Wire, subscriber: Subscriber) -> None:
    subscriber.push(numbered(0))
    wire.takes = False
    subscriber.push(numbered(1))
    wire.takes = True
    for number in range(2, 20):
        subscriber.push(numbered(number))
    assert numbers(wire) == [0]
    wire.may_send.set()
    await asyncio.gather(*wire.tasks)
    subscriber.push(numbered(20))
    assert numbers(wire) == list(range(21))
    assert {(message["id"], message["type"]) for message in wire.sent} == {("an id", "next")}
    assert len(wire.tasks) == 1


@pytest.mark.parametrize(
    "payload",
    [
        lambda number: Payload.of({"data": {"number": number}}),
        lambda _: Payload.of({"data": "x" * (WAITING_BYTES // 50)}),
    ],
    ids=["by count", "by bytes"],
)
async def test_a_slow_one_is_ended_so_that_it_can_resume(
    wire: Wire, subscriber: Subscriber, payload: Callable[[int], Payload]
) -> None:
    wire.takes = False
    for number in range(WAITING_MAXIMUM + 5):
        subscriber.push(payload(number))
    assert subscriber.audience is None
    wire.may_send.set()
    await asyncio.gather(*wire.tasks)
    codes = [error["extensions"]["code"] for errors in wire.ended for error in errors or ()]
    assert codes == [Code.SLOW_SUBSCRIBER]


async def test_what_refuses_an_event_ends_the_operation(wire: Wire, subscriber: Subscriber) -> None:
    errors = [of_exception(SlowSubscriber("any"))]
    subscriber.push(Payload.of({"errors": errors}))
    assert wire.ended == [errors]
    assert wire.sent == []
    assert subscriber.audience is None


async def test_who_cancels_is_sent_no_more_of_what_waited(wire: Wire, subscriber: Subscriber) -> None:
    wire.takes = False
    for number in range(3):
        subscriber.push(numbered(number))
    subscriber.cancel()
    wire.may_send.set()
    await asyncio.gather(*wire.tasks)
    assert numbers(wire) in ([], [0])
    assert wire.ended == []
    assert subscriber.audience is None


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
async def test_a_frame_says_its_length(length: int) -> None:
    head = text_head(length)
    assert head[0] == 0x81
    extended = {2: head[1], 4: int.from_bytes(head[2:], "big"), 10: int.from_bytes(head[2:], "big")}
    assert extended[len(head)] == length
    assert len(head) == (2 if length < 126 else 4 if length < 65_536 else 10)

"""What is executed once for all who hear an event: the very same as each of them would be answered."""

import random
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import strawberry
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    parse,
)
from strawberry.permission import BasePermission

from datasources.records.ephemeral import Typing
from datasources.records.ids import RoomId, SessionId, UserId, room
from graph.app import Application
from graph.context import Context, new_context, shared_context
from graph.execution.executor import Executor, Response
from graph.execution.sharing import is_shared, sharing_of
from graph.execution.templates import Filled, Templates, hole_of
from graph.fields import KIND, Method
from graph.limits import Limits
from graph.schema import core_schema
from graph.settings import Settings
from graph.transport.payloads import encoded
from resolvers.clock import now
from resolvers.live import Gap
from resolvers.viewer import Viewer
from tests.client import Client
from tests.conftest import Newcomers
from tests.server import Server

DEPTH: Final = 5
SCHEMA: Final = core_schema()
OF_THE_MOMENT: Final = {"eventCursor"}
"""What differs between any two executions, since it says when that was."""
STREAMS: Final = {"channelEvents": "channelId", "conversationEvents": "conversationId"}


def selection(named: GraphQLNamedType, depth: int, *, holes: bool = False) -> str:
    """All shared fields of a type, and theirs; the fields of abstract types by the types that they can be. With `holes`
    also the single values that differ between viewers.
    """
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
        possible = [
            f"... on {each.name} {selection(each, depth, holes=holes)}" for each in SCHEMA.get_possible_types(named)
        ]
        return "{ __typename " + " ".join(possible) + " }"
    assert isinstance(named, GraphQLObjectType)
    fields = [
        f"{name} {selection(get_named_type(field.type), depth - 1, holes=holes)}"
        for name, field in named.fields.items()
        if (is_shared(field) or (holes and hole_of(field) and name not in OF_THE_MOMENT))
        and (depth > 1 or is_leaf_type(get_named_type(field.type)))
    ]
    return "{ __typename " + " ".join(fields) + " }"


def events_of(stream: str) -> list[GraphQLObjectType]:
    assert SCHEMA.subscription_type is not None
    union = get_named_type(SCHEMA.subscription_type.fields[stream].type)
    assert isinstance(union, GraphQLUnionType)
    return list(SCHEMA.get_possible_types(union))


def document(stream: str, event: GraphQLObjectType, *, holes: bool = False) -> str:
    shown = f"... on {event.name} {selection(event, DEPTH, holes=holes)}"
    return f'subscription {{ {stream}({STREAMS[stream]}: "x") {{ {shown} }} }}'


class Scene:
    """Rooms in which everything has happened, and the people in them."""

    def __init__(self, application: Application, people: list[Client], rooms: dict[str, RoomId]) -> None:
        self.executor = Executor(SCHEMA, Limits(depth=30, tokens=100_000, cost=10**9))
        self.people = people
        self._application = application
        self._rooms = rooms

    async def events(self, stream: str) -> list[Any]:
        """One of each kind that a listener can be told of, by what the room's log holds."""
        room_id = self._rooms[stream]
        logged = await self._application.stores.rooms.events(room_id, 0, 500)
        return [*logged, Gap(now()), Typing(room_id, UserId(self.people[0].user_id), now())]

    def viewer(self) -> Viewer:
        person = random.choice(self.people)  # noqa: S311 - anybody will do
        return Viewer(UserId(person.user_id), SessionId("ses_any"))

    async def answers(self, text: str, event: object) -> tuple[Response, Response, Response]:
        """As it is executed for all, for each over common loads, and for one alone."""
        prepared = self.executor.prepare(text, None)
        services = self._application._services
        common = shared_context(services)
        borrowing, own = new_context(services, self.viewer()), new_context(services, self.viewer())
        borrowing.borrow(common.shared)
        contexts: tuple[Context, ...] = (common, borrowing, own)
        found = [await self.executor._run(prepared, event, {}, context) for context in contexts]
        return found[0], found[1], found[2]

    async def filled(self, text: str, event: object) -> tuple[bytes, bytes]:
        """One viewer's answer from what was executed for all, and as it is executed for them."""
        services, prepared = self._application._services, self.executor.prepare(text, None)
        common, own = shared_context(services), new_context(services, self.viewer())
        template = Templates(SCHEMA).compiled(prepared.document, prepared.operation.definition)
        data, errors = await template.run(event, common, {})
        assert errors == []
        answer = await self.executor._run(prepared, event, {}, own)
        return Filled(data).body(own), encoded(answer)


@pytest.fixture
async def scene(
    server: Server, environment: dict[str, str], neighbours: Newcomers, tmp_path: Any
) -> AsyncIterator[Scene]:
    del server  # whose start has made the tables
    people = await neighbours(3)
    channel, conversation = await happened(people)
    settings = Settings.model_validate({**environment, "HOMEROOM_DATA_DIR": tmp_path})
    async with Application(settings) as application:
        rooms = {"channelEvents": room(channel), "conversationEvents": room(conversation)}
        yield Scene(application, people, rooms)


async def happened(people: list[Client]) -> tuple[str, str]:
    """A channel and a conversation in which one of everything was done."""
    one, two, three = people
    workspace = (await one.data("{ viewer { workspaces { edges { node { id } } } } }"))["viewer"]["workspaces"]
    channel = await one.channel(workspace["edges"][0]["node"]["id"])
    conversation = (await one.done("start_conversation", userId=two.user_id))["conversation"]["id"]
    for place, answering in ((channel, three), (conversation, two)):
        said = await one.send(place, "the first", mentionedUserIds=[two.user_id])
        answer = await answering.send(place, "the second", replyToId=said["id"])
        for person in (one, answering):
            await person.done("add_reaction", messageId=said["id"], emoji="👍")
        await answering.done("remove_reaction", messageId=said["id"], emoji="👍")
        await answering.done("edit_message", messageId=answer["id"], content="the second, mended")
        await answering.done("mark_read", roomId=place, messageId=answer["id"])
    pinned = await one.send(channel, "to be pinned")
    await one.done("pin_message", messageId=pinned["id"])
    await one.done("set_grading_status", messageId=pinned["id"], status="GRADED")
    await one.done("unpin_message", messageId=pinned["id"])
    await one.done("delete_message", messageId=pinned["id"])
    await two.done("block_person", userId=one.user_id)
    return channel, conversation


async def test_every_event_is_the_same_for_all_who_may_hear_it(scene: Scene) -> None:
    seen: set[str] = set()
    for stream in STREAMS:
        happened = await scene.events(stream)
        for event in happened:
            for shown in events_of(stream):
                text = document(stream, shown)
                common, borrowing, own = await scene.answers(text, event)
                assert "errors" not in common, (text, common)
                assert common == borrowing == own
                if common["data"][stream]:
                    seen.add(shown.name)
    told = {event.name for stream in STREAMS for event in events_of(stream)}
    assert told - seen <= UNTOLD
    assert seen - told == set()


UNTOLD: Final = {"ParticipantChanged"}
"""What has not happened in the scene: nobody comes into a conversation of two, or goes."""


async def test_single_values_are_filled_in_as_they_would_be_answered(scene: Scene) -> None:
    filled = 0
    for stream in STREAMS:
        for event in await scene.events(stream):
            for shown in events_of(stream):
                text = document(stream, shown, holes=True)
                if sharing(text).fillable:
                    template, answer = await scene.filled(text, event)
                    assert template == answer
                    filled += template.count(b"viewerHasReacted") + template.count(b"email")
    assert filled > 0


async def test_what_is_not_shared_is_not_executed_for_all(scene: Scene) -> None:
    """Even if an operation were taken for a shared one, nobody would be told what another may see."""
    asked = 0
    for stream in STREAMS:
        for event in await scene.events(stream):
            for shown, name in unshared(stream):
                text = f'subscription {{ {stream}({STREAMS[stream]}: "x") {{ ... on {shown} {{ {name} }} }} }}'
                common, *_ = await scene.answers(text, event)
                if common["data"] is not None and not common["data"][stream]:
                    continue  # an event of another type
                assert not sharing(text).shared
                assert common["errors"][0]["extensions"]["code"] == "INTERNAL", (text, common)
                asked += 1
    assert asked > 0


def unshared(stream: str) -> list[tuple[str, str]]:
    """Of each event, the fields that look something up for its viewer, by way of its message too."""
    found: list[tuple[str, str]] = []
    for shown in events_of(stream):
        for name, field in shown.fields.items():
            named = get_named_type(field.type)
            if not is_shared(field):
                found.append((shown.name, f"{name} {{ __typename }}"))
            elif name == "message" and isinstance(named, GraphQLObjectType):
                # A message of a channel has no conversation to look up, and the other way round.
                elsewhere = "conversation" if stream == "channelEvents" else "channel"
                found += [
                    (shown.name, f"message {{ {inner} {{ __typename }} }}")
                    for inner, its in named.fields.items()
                    if not is_shared(its) and inner != elsewhere
                ]
    return found


def sharing(text: str) -> Any:
    parsed = parse(text)
    operation = parsed.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return sharing_of(SCHEMA, parsed, operation)


@pytest.mark.parametrize(
    ("fields", "shared"),
    [
        ("__typename", True),
        ("... on Event { cursor at }", True),
        ("... on MessageSent { message { content author { name } reactions { emoji count } } }", True),
        ("... on MessageSent { message { replyTo { mentions { id } readBy { id } } isPinned } }", True),
        ("... on MessageSent { message { channel { name } } }", False),
        ("... on MessageSent { message { author { email } } }", False),
        ("... on MessageSent { message { author { isOnline } } }", False),
        ("... on MessageSent { message { reactions { viewerHasReacted } } }", False),
        ("... on MessageSent { message { history { content } } }", False),
        ("... on TypingStarted { room { id } }", False),
        ("... on ReadStateChanged { ... on Event { at } ...Where }", False),
        ("... on MessageMarked { marked { reactions { viewerHasReacted } } }", False),
    ],
)
def test_an_operation_is_shared_where_all_its_fields_are(fields: str, shared: bool) -> None:
    fragment = "fragment Where on ReadStateChanged { room { ... on Channel { name } } }" if "...Where" in fields else ""
    assert sharing(f'subscription {{ channelEvents(channelId: "x") {{ {fields} }} }} {fragment}').shared is shared


def test_single_values_that_differ_can_be_filled_in() -> None:
    text = 'subscription {{ channelEvents(channelId: "x") {{ ... on MessageSent {{ message {{ {} }} }} }} }}'
    for fields in ("reactions { viewerHasReacted }", "author { email }"):
        assert sharing(text.format(fields)) == (False, frozenset(), True)
    assert sharing(text.format("author { email } channel { name }")) == (False, frozenset(), False)


def test_what_a_permission_class_guards_is_neither_shared_nor_filled_in() -> None:
    class Nobody(BasePermission):
        def has_permission(self, *_: Any, **__: Any) -> bool:
            return False

    for shared in (True, False):
        guarded = Method(lambda *_: "a secret", shared=shared)

        @strawberry.type
        class Guarded:
            secret: str = strawberry.field(
                resolver=lambda: "a secret", permission_classes=[Nobody], metadata={KIND: guarded}
            )

        schema = strawberry.Schema(Guarded)._schema
        assert schema.query_type is not None
        field = schema.query_type.fields["secret"]
        assert not is_shared(field)
        assert hole_of(field) is None


def test_the_variables_of_the_stream_itself_do_not_matter() -> None:
    text = """subscription ($channelId: ID!, $after: String, $short: Boolean!, $names: Boolean!) {
      channelEvents(channelId: $channelId, after: $after) {
        ... on MessageSent @skip(if: $short) { message { ...Said } }
      }
    }
    fragment Said on Message { content author { name @include(if: $names) } }"""
    assert sharing(text) == (True, {"short", "names"}, False)

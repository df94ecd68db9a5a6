"""Every operation of our own tests and samples is compiled; those that read are answered alike, from the real stores.

Mutations and subscriptions are executed by all other tests, which know the compiled executor alone.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    OperationType,
    get_introspection_query,
    parse,
    print_ast,
    validate,
)

from graph.app import Application
from graph.context import new_context
from graph.execution.compiler import compile_operation
from graph.execution.explaining import Explanation
from graph.schema import core_schema
from graph.settings import Settings
from resolvers.viewer import Viewer
from tests.client import OPERATIONS, Client
from tests.execution.executors import (
    Answer,
    Request,
    by_compiled,
    by_graphql_core_quietly,
    difference_in_time,
    in_the_order_of_the_response,
)
from tests.execution.generated.documents import DocumentWriter
from tests.execution.generated.draw import Draw
from tests.execution.generated.existing import made_from
from tests.execution.generated.inputs import Values
from tests.execution.generated.schemas import Made
from tests.server import Server

SCHEMA: Final = core_schema()
SAMPLES: Final = Path(__file__).parents[2] / "graph" / "graphiql" / "samples"
DOCUMENTS: Final = {
    path.stem: path.read_text(encoding="utf-8")
    for folder in (OPERATIONS, SAMPLES)
    for path in sorted(folder.glob("*.graphql"))
}
AT_RANDOM: Final = 60


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


READING: Final = [
    name for name, text in DOCUMENTS.items() if operations_of(parse(text))[0].operation is OperationType.QUERY
]


@dataclass
class School:
    """Somebody's workspace with all that can be read in it."""

    viewer: Viewer
    application: Application
    channels: list[str]
    messages: list[str]
    conversations: list[str]
    ids: list[str]

    def variables(self, name: str) -> list[dict[str, Any]]:
        """What a document is asked with."""
        pages: list[dict[str, Any]] = [{}, {"first": 2}, {"last": 2, "before": self.messages[-1]}, {"first": 101}]
        room = (self.channels if name.endswith("channel_page") else self.conversations)[0]
        match name:
            case "message":
                return [{"id": each} for each in (*self.messages, "msg_nobody")]
            case "pins":
                return [{"id": each} for each in self.channels]
            case "unread" | "marked_page" | "three_channels":
                return [{"ids": [*self.channels, *self.channels[:1]]}, {"ids": []}, {"ids": ["chn_nobody"]}]
            case "viewer" | "1-who-am-i" | "2-what-is-new" | "conversations":
                return pages[: 2 if name == "conversations" else 1]
            case "3-newest-messages" | "4-conversation":
                text = (SAMPLES / f"{name}.json").read_text(encoding="utf-8")
                text = text.replace("{{channelId}}", self.channels[0])
                found: dict[str, Any] = json.loads(text.replace("{{conversationId}}", self.conversations[0]))
                return [found]
            case _:
                return [{"id": room, **page} for page in pages]


@pytest.fixture(scope="session")
async def school(
    environment: dict[str, str], server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[School]:
    """Written through a server, read through an application in this process, on the same stores."""
    async with Client(server.url) as ada, Client(server.url) as ben:
        await asyncio.gather(ada.sign_up("Ada"), ben.sign_up("Ben"))
        workspace = await ada.workspace()
        await ada.invite(workspace, ben)
        channels = [await ada.channel(workspace, "open"), await ada.channel(workspace, "other", topic="A topic")]
        messages: list[str] = []
        for number in range(6):
            who = ada if number % 2 else ben
            reply = {"replyToId": messages[0], "mentionedUserIds": [ada.user_id]} if number == 3 else {}
            messages.append((await who.send(channels[0], f"message {number}", **reply))["id"])
        await ada.done("add_reaction", messageId=messages[1], emoji="👍")
        await ben.done("add_reaction", messageId=messages[1], emoji="👍")
        await ada.done("pin_message", messageId=messages[2])
        await ada.done("set_grading_status", messageId=messages[2], status="GRADED")
        await ada.done("edit_message", messageId=messages[3], content="edited")
        started = await ada.done("start_conversation", userId=ben.user_id)
        conversations = [started["conversation"]["id"]]
        messages += [(await ada.send(conversations[0], f"hello {number}"))["id"] for number in range(3)]
        settings = Settings.model_validate({**environment, "HOMEROOM_DATA_DIR": tmp_path_factory.mktemp("in-process")})
        async with Application(settings) as application:
            viewer = await application._identity.viewer(ada.token or "")
            assert viewer is not None
            ids = [*channels, *messages, *conversations, workspace, ada.user_id, ben.user_id, "chn_nobody"]
            yield School(viewer, application, channels, messages, conversations, ids)


async def both(school: School, text: str, variables: dict[str, Any], viewer: Viewer | None) -> Answer:
    def context() -> Any:
        return new_context(school.application._services, viewer)

    request = Request(SCHEMA, parse(text), variables=variables, alone=False)
    expected = _at_any_time(await by_graphql_core_quietly(request, context()))
    found = _at_any_time(await by_compiled(request, context()))
    different = difference_in_time(expected, found)
    assert not different, f"{different}\n{text}\n{variables}"
    assert expected.by_themselves() == found.by_themselves(), text
    assert in_the_order_of_the_response(found), found.errors
    return expected


def _at_any_time(answer: Answer) -> Answer:
    """Without the moment in the cursors of events, which goes on from one execution to the next."""
    return replace(answer, data=re.sub(r"\b((?:evt|dev|gev|vev)_\w+)_\d+", r"\1", answer.data))


@pytest.mark.parametrize("name", READING)
async def test_an_operation_that_reads_is_answered_alike(school: School, name: str) -> None:
    answers = [await both(school, DOCUMENTS[name], given, school.viewer) for given in school.variables(name)]
    assert any(answer.errors is None for answer in answers), answers
    await both(school, DOCUMENTS[name], school.variables(name)[0], None)


async def test_operations_drawn_at_random_are_answered_alike(school: School) -> None:
    made = made_of(school.ids)
    for number in range(AT_RANDOM):
        draw = Draw("own", number)
        written = DocumentWriter(made, draw).write(("Query",))
        ((_, wanted),) = written.operations.items()
        values = Values(draw, made.inputs, 0.02)
        variables = {name: values.of(each.type_ref) for name, each in wanted.items()}
        await both(school, written.text, variables, school.viewer if number % 8 else None)


async def test_introspection_is_answered_alike(school: School) -> None:
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True, directive_is_repeatable=True)
    answer = await both(school, query, {}, None)
    assert answer.errors is None


def made_of(ids: list[str]) -> Made:
    """What can be written for our scalars; ids are of what there is."""
    made = made_from(SCHEMA)
    inputs = made.inputs
    inputs.values |= {"ID": tuple(ids), "BigInt": ("7", 8), "DateTime": ("2026-01-31T09:30:00Z",)}
    inputs.values |= {"URL": ("https://example.org/x",), "Int": (0, 1, 2, 50), "String": ("x", ids[2])}
    inputs.literals |= {name: tuple(map(json.dumps, values)) for name, values in inputs.values.items()}
    return made


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_operation_is_compiled_whatever_its_data_would_be(name: str) -> None:
    document = parse(DOCUMENTS[name])
    assert not validate(SCHEMA, document)
    draw, made = Draw("explained", name), made_of(["usr_x", "chn_x", "msg_x"])
    for definition in operations_of(document):
        operation = compile_operation(SCHEMA, document, definition.name.value if definition.name else None)
        given = Values(draw, made.inputs, 0.0)
        variables = {
            each.variable.name.value: given.of(print_ast(each.type)) for each in definition.variable_definitions or ()
        }
        assert "Generated code" in list(Explanation(operation.variant(variables)).lines())
        compile(operation.source, name, "exec")
        assert len(operation.source) < 100_000

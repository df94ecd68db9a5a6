"""A case: a schema, a document, an operation of it, data and variables, all told by numbers."""

from dataclasses import dataclass, field
from typing import Any, Final

from graphql import DocumentNode, OperationDefinitionNode, parse, print_ast, validate

from graph.execution.compiler import Operation, compile_operation
from tests.execution.executors import (
    Answer,
    Request,
    by_compiled,
    by_graphql_core,
    difference,
    difference_in_time,
)
from tests.execution.generated.behaviour import equip
from tests.execution.generated.documents import DocumentWriter
from tests.execution.generated.draw import Draw
from tests.execution.generated.inputs import Input, Values
from tests.execution.generated.schemas import Made, schema_of
from tests.execution.generated.shrinking import smaller
from tests.execution.generated.worlds import Call, Context, World

ROOTS: Final = (("Query",), ("Query",), ("Mutation",), ("Query", "Mutation"), ("Query", "Subscription"))


@dataclass(frozen=True, slots=True)
class Seeds:
    """`schema` tells the schema, and with it `document` the document, `world` data and variables."""

    schema: int
    document: int
    world: int


def made_of(schema: int) -> Made:
    return equip(schema_of(schema))


@dataclass(slots=True)
class Parsed:
    """A document with its operations, each compiled once however often it is executed."""

    text: str
    operations: dict[str | None, dict[str, Input]]
    document: DocumentNode
    _compiled: dict[str | None, Operation] = field(default_factory=dict)

    def compiled(self, made: Made, name: str | None) -> Operation:
        if name not in self._compiled:
            self._compiled[name] = compile_operation(made.schema, self.document, name)
        return self._compiled[name]


def document_of(made: Made, document: int) -> Parsed:
    draw = Draw("document", made.seed, document)
    written = DocumentWriter(made, draw).write(draw.choice(ROOTS))
    return Parsed(written.text, written.operations, parse(written.text))


@dataclass(slots=True)
class Case:
    made: Made
    document: DocumentNode
    operation_name: str | None
    world: World
    variables: dict[str, Any]
    root: str
    operation: Operation

    @classmethod
    def of(cls, made: Made, written: "Parsed", world: World) -> "Case":
        draw = Draw("variables", made.seed, world.seed, written.text)
        document = written.document
        # A subscription is executed as its events are, of which the root is one.
        name = draw.choice(list(written.operations))
        values = Values(draw, made.inputs, draw.choice((0.0, 0.0, 0.0, 0.05)))
        variables = {
            each: values.of(wanted.type_ref)
            for each, wanted in written.operations[name].items()
            if not draw.chance(0.02 if wanted.required else 0.3)
        }
        return cls(made, document, name, world, variables, root_of(document, name), written.compiled(made, name))

    async def problem(self) -> str:
        """What is not as it should be; nothing where all is."""
        request = Request(
            self.made.schema, self.document, self.operation_name, self.world.source(self.root, 0), self.variables
        )
        contexts = [Context(self.world), Context(self.world, []), Context(self.world), Context(self.world, [])]
        expected = await by_graphql_core(request, contexts[0])
        late = await by_graphql_core(request, contexts[1])
        contexts[1].never_awaited()
        if found := difference_in_time(expected, late):
            return f"graphql-core itself: {found}"
        for context in contexts[2:]:
            how = "at once" if context.begun is None else "later"
            try:
                answer = await by_compiled(request, context, self.operation)
            except Exception as error:  # noqa: BLE001 # told with the case
                return f"{how}: raised {error!r}"
            if found := difference(expected, answer):
                return f"{how}: {found}"
            if count := context.never_awaited():
                return f"{how}: {count} never awaited"
            if found := self._differing_calls(expected, contexts[0].calls, context.calls):
                return f"{how}: {found}"
        return ""

    def _differing_calls(self, answer: Answer, expected: list[Call], found: list[Call]) -> str:
        paths = [call.path for call in found]
        if len(set(paths)) < len(paths):
            return f"called twice: {sorted({str(path) for path in paths if paths.count(path) > 1})}"
        if self.root == "Mutation":
            roots = [call.path[0] for call in expected if len(call.path) == 1]
            order = [call.path[0] for call in found]
            runs = [each for place, each in enumerate(order) if place == 0 or order[place - 1] != each]
            if runs != list(dict.fromkeys(order)) or [call.path[0] for call in found if len(call.path) == 1] != roots:
                return f"root fields called as {order}, expected {roots}"
        nulled = answer.nulled()
        wanted = {call.path: call.told for call in expected if not _within(call.path, nulled)}
        called = {call.path: call.told for call in found if not _within(call.path, nulled)}
        differing = {path for path in wanted.keys() | called.keys() if wanted.get(path) != called.get(path)}
        return "".join(f"\n  call {path}: {wanted.get(path)} / {called.get(path)}" for path in differing)

    async def report(self, seeds: Seeds) -> str:
        """The case as small as it can be made, for people."""
        found = validate(self.made.schema, self.document)
        if found:
            return f"{seeds}: the document is not valid: {found}"

        async def fails(document: DocumentNode) -> bool:
            names = {
                each.name and each.name.value
                for each in document.definitions
                if isinstance(each, OperationDefinitionNode)
            }
            return self.operation_name in names and bool(await self._with(document).problem())

        small = self._with(await smaller(self.made.schema, self.document, fails))
        return (
            f"{seeds} (HOMEROOM_CASE={seeds.schema}/{seeds.document}/{seeds.world})\n{self.made.text}\n"
            f"{print_ast(small.document)}\noperation {self.operation_name}, variables {self.variables}\n"
            f"{await small.problem()}"
        )

    def _with(self, document: DocumentNode) -> "Case":
        operation = compile_operation(self.made.schema, document, self.operation_name)
        return Case(self.made, document, self.operation_name, self.world, self.variables, self.root, operation)


def _within(path: tuple[str | int, ...], nulled: set[tuple[str | int, ...]]) -> bool:
    """Whether the place was made null by what is at or below it."""
    return any(path[: len(place)] == place and len(path) > len(place) for place in nulled) or () in nulled


def root_of(document: DocumentNode, name: str | None) -> str:
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and name in (
            None,
            definition.name and definition.name.value,
        ):
            return definition.operation.value.capitalize()
    raise LookupError(name)

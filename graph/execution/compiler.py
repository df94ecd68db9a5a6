"""Compiles an operation of a valid document into functions, once, and executes it any number of times.

The way of one query through these files: `plan.py` makes a tree of levels from the document and the schema; `level.py`
writes one Python function for each; `fetching.py` begins joins, methods and resolvers; `completion.py` and `leaves.py`
make results of values; `run.py` waits for what was begun; `settling.py` turns failures into nulls and errors.
"""

from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Callable, Hashable, Mapping
from functools import partial
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues
from graphql.pyutils import is_awaitable

from graph.execution.arguments import InvalidVariables, Variables
from graph.execution.conditions import Conditions
from graph.execution.level import Level
from graph.execution.plan import Field, Planner, Selection
from graph.execution.plans import PLANS
from graph.execution.run import Run
from graph.execution.settling import Settling
from graph.execution.sources import EventStream, source_of

VARIANTS_MAXIMUM: Final = 16
"""Of one operation, whose directives depend on variables: the least recently used is compiled anew."""

GENERATED_MAXIMUM: Final = 200
"""Levels of one operation, in all its variants, that are written as functions: each takes about a millisecond."""

Result = tuple[dict[str, Any] | None, list[GraphQLError]]
GivenVariables = Mapping[str, Any] | None


def compile_operation(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None = None,
    *,
    suggestions: bool = True,
) -> "Operation":
    """The operation of this name, or the only one. Raises `GraphQLError` where there is none."""
    operation = _chosen(document, operation_name)
    fragments = {
        each.name.value: FragmentDetails(each)
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    return Operation(schema, operation, fragments, suggestions=suggestions)


class Operation:
    """One operation of a valid document, ready to be executed."""

    __slots__ = (
        "_conditions",
        "_fragments",
        "_schema",
        "_suggestions",
        "_variables",
        "_variants",
        "definition",
        "written",
    )

    def __init__(
        self,
        schema: GraphQLSchema,
        definition: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDetails],
        *,
        suggestions: bool,
    ) -> None:
        self.definition = definition
        self.written = 0
        """How many functions have been generated for it, in all its variants."""
        self._schema = schema
        self._fragments = fragments
        self._suggestions = suggestions
        self._variables = Variables(schema, definition, suggestions=suggestions)
        self._conditions = Conditions(definition, fragments)
        self._variants: OrderedDict[object, Variant] = OrderedDict()

    @property
    def constant(self) -> bool:
        """Whether every execution gives the same: a query without variables that reads nothing but the schema."""
        definition = self.definition
        selected = definition.selection_set.selections
        return (
            definition.operation is OperationType.QUERY
            and not definition.variable_definitions
            and all(isinstance(each, FieldNode) and each.name.value.startswith("__") for each in selected)
        )

    @property
    def source(self) -> str:
        """The generated functions that have been needed so far."""
        return "\n".join(variant.source for variant in self._variants.values())

    async def execute(
        self, root_value: object = None, context_value: Any = None, variable_values: GivenVariables = None
    ) -> ExecutionResult:
        """A query's or mutation's response, or that to one event of a subscription, which is `root_value` then."""
        try:
            data, errors = await self.run(root_value, context_value, variable_values)
        except InvalidVariables as invalid:
            return ExecutionResult(None, invalid.errors)
        return ExecutionResult(data, errors or None)

    async def run(self, root: object, context: Any, given: GivenVariables) -> Result:
        """As `execute`, without an object around it. Raises `InvalidVariables`."""
        try:
            variant, run = self._begin(root, context, given)
        except GraphQLError as error:
            return None, [error]
        if self.definition.operation is OperationType.MUTATION:
            return await self._one_by_one(variant, run)
        result = variant.root.run(run, [root], variant.root_places)[0]
        if not run.idle:
            await run.finish()
        if not run.unsettled:
            return result, []
        settling = Settling(run, propagate=variant.propagate)
        return settling.data(result), settling.errors

    async def subscribe(
        self,
        root_value: object = None,
        context_value: Any = None,
        variable_values: GivenVariables = None,
        *,
        new_context: Callable[[], Any] | None = None,
    ) -> AsyncIterator[ExecutionResult] | ExecutionResult:
        """The responses to the events of the source stream; each is executed with a context of `new_context`, or else
        with that of the subscription. Errors alone where the source cannot be had.
        """
        try:
            source = await self.source_stream(root_value, context_value, variable_values)
        except InvalidVariables as invalid:
            return ExecutionResult(None, invalid.errors)
        if isinstance(source, ExecutionResult):
            return source

        async def respond(event: object) -> ExecutionResult:
            return await self.execute(event, context_value if new_context is None else new_context(), variable_values)

        return EventStream(source, respond)

    async def source_stream(
        self, root_value: object, context_value: Any, variable_values: GivenVariables
    ) -> AsyncIterable[Any] | ExecutionResult:
        """The events of a subscription, each to be executed with `run`. Raises `InvalidVariables`."""
        if self.definition.operation is not OperationType.SUBSCRIPTION:
            return ExecutionResult(None, [GraphQLError("Expected subscription operation.", self.definition)])
        try:
            variant, run = self._begin(root_value, context_value, variable_values)
            variant.root.compile()
            found: Any = source_of(variant.root.fields, run)
            if is_awaitable(found):
                found = await found
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        stream: AsyncIterable[Any] = found
        return stream

    def variant(self, variables: GivenVariables = None) -> "Variant":
        """The plan for these variables, for people to look at. Raises `GraphQLError`, `InvalidVariables`."""
        return self._begin(None, None, variables)[0]

    def _begin(self, root: object, context: Any, given: GivenVariables) -> "tuple[Variant, Run]":
        raw = given or {}
        variables = self._variables.coerced(raw)
        variant = self._variant(variables, lambda: self._variables.full(raw))
        return variant, Run(variant.planner, root, context, raw, variables, self._variables.full)

    def _variant(self, variables: Mapping[str, Any], full: Callable[[], VariableValues]) -> "Variant":
        key = self._conditions.key(variables)
        variant = self._variants.get(key)
        if variant is None:
            planner = Planner(self._schema, self.definition, self._fragments, full(), suggestions=self._suggestions)
            variant = Variant(self, key, planner, placed=self._conditions.placed(self._schema))
            self._variants[key] = variant
            if len(self._variants) > VARIANTS_MAXIMUM:
                self._variants.popitem(last=False)
        elif self._conditions.vary:
            self._variants.move_to_end(key)
        PLANS.used(variant)
        return variant

    def drop(self, key: Hashable) -> None:
        """Forgets one variant."""
        self._variants.pop(key, None)

    async def _one_by_one(self, variant: "Variant", run: Run) -> Result:
        """Mutations: each root field's subtree is done before the next begins; a failure that reaches the root ends."""
        data: dict[str, Any] = {}
        errors: list[GraphQLError] = []
        for level in variant.serial():
            run.built.clear()
            run.unsettled = False
            result = level.run(run, [run.root], variant.root_places)[0]
            if not run.idle:
                await run.finish()
            if run.unsettled:
                settling = Settling(run, propagate=variant.propagate)
                result = settling.data(result)
                errors += settling.errors
                if result is None:
                    return None, errors
            data.update(result)
        return data, errors


class Variant:
    """The levels of one operation for one set of values of the variables that its directives depend on."""

    def __init__(self, operation: Operation, key: Hashable, planner: Planner, *, placed: bool) -> None:
        self.planner = planner
        planner.grew = partial(PLANS.grew, self)
        self._operation = operation
        self._key = key
        self.schema = planner.schema
        self.root_places = [None] if placed else None
        directives = planner.operation.directives or ()
        self.propagate = not any(each.name.value == "experimental_disableErrorPropagation" for each in directives)
        self._below: dict[tuple[GraphQLObjectType, tuple[int, ...]], Level] = {}
        self._levels: list[Level] = []
        self._serial: list[Level] | None = None
        self._selection = selection = planner.root()
        self.root = self._level(selection.type, lambda: selection)

    @property
    def source(self) -> str:
        return "\n".join(level.source for level in self._levels if level.source)

    def drop(self) -> None:
        self._operation.drop(self._key)

    def writes(self) -> bool:
        """Whether the next level gets a function of its own; past a bound the general one serves."""
        self._operation.written += 1
        return self._operation.written <= GENERATED_MAXIMUM

    def below(self, field: Field, found: GraphQLObjectType) -> Level:
        """Fields that stand in the document only once have one level, however many fragments lead to it."""
        key = (found, tuple(id(detail.node) for detail in field.details))
        level = self._below.get(key)
        if level is None:
            level = self._below[key] = self._level(found, lambda: self.planner.below(field, found))
        return level

    def serial(self) -> "list[Level]":
        """The root's fields, each as a level of its own."""
        if self._serial is None:
            self._serial = [self._level(self.root.type, self._alone(field)) for field in self._selection.fields]
        return self._serial

    def _alone(self, field: Field) -> Callable[[], Selection]:
        return lambda: Selection(self.root.type, [field])

    def _level(self, type_: GraphQLObjectType, select: Callable[[], Selection]) -> Level:
        level = Level(type_, select, self)
        self._levels.append(level)
        return level


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None:
        if len(operations) > 1:
            raise GraphQLError("Must provide operation name if query contains multiple operations.")
        if not operations:
            raise GraphQLError("Must provide an operation.")
        return operations[0]
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise GraphQLError(f"Unknown operation named '{name}'.")

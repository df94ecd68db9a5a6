"""What an operation selects, as a tree of levels: worked out once from the document and the schema.

A level is one selection set on one object type: which response keys it has, and how each value is read. How a value is
read decides what it costs:

- a constant and an attribute cost one expression in the level's generated function;
- a join or a connection costs one look-up for all objects of the level;
- a method costs a call an object;
- a resolver of any other origin costs a call an object, with the `info` that it expects.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    default_field_resolver,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from graph import fields
from graph.errors import Code
from graph.execution.arguments import Arguments, PythonArguments
from graph.fields import KIND, Connection, Join, JoinMany, Method

FIELDS_MAXIMUM: Final = 3_000
"""Of all levels of an operation. A field counts once for each type that it is selected on, and again where other fields
are selected beside it, which a document of a thousand tokens can drive into the millions.
"""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every object: `__typename`."""

    value: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """What the source object has under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Event:
    """The root value itself: what a subscription's source gave."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """`resolve(source, info, **arguments)`, as graphql-core and Strawberry have it."""

    resolve: Callable[..., Any]


Read = Constant | Event | Attribute | Join | JoinMany | Connection | Method | Resolver


@dataclass(eq=False, slots=True)
class Field:
    """One response key of a level."""

    key: str
    name: str
    parent: GraphQLObjectType
    definition: GraphQLField
    details: list[FieldDetails]
    nodes: list[FieldNode]
    read: Read
    arguments: Arguments
    convert: Callable[[dict[str, Any]], dict[str, Any]]
    """From the arguments as the graph has them to those that are called with."""

    @property
    def type(self) -> GraphQLOutputType:
        return self.definition.type

    @property
    def coordinate(self) -> str:
        return f"{self.parent.name}.{self.name}"


@dataclass(eq=False, slots=True)
class Selection:
    """The fields that are selected on objects of one type, in the order of the response."""

    type: GraphQLObjectType
    fields: list[Field] = field(default_factory=list)


class Planner:
    """Plans one operation, for one set of values of the variables that its directives depend on."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDetails],
        variables: VariableValues,
        *,
        suggestions: bool,
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.grew: Callable[[int], None] = _nobody
        """Is told of each level how many fields it has."""
        self.fragment_definitions = {name: each.definition for name, each in fragments.items()}
        self._fragments = dict(fragments)
        self._variables = variables
        self._hide_suggestions = not suggestions
        self._fields = 0

    def root(self) -> Selection:
        """Raises `GraphQLError` where the schema has no such root, or a directive's argument is not to be had."""
        kind = self.operation.operation
        root = self.schema.get_root_type(kind)
        if root is None:
            raise GraphQLError(f"Schema is not configured to execute {kind.value} operation.", self.operation)
        collected = collect_fields(
            self.schema, self._fragments, self._variables, root, self.operation, self._hide_suggestions
        )
        return self._selection(root, collected.grouped_field_set)

    def below(self, parent: Field, found: GraphQLObjectType) -> Selection:
        """What is selected below a field where it has given an object of this type; raises as `root` does."""
        collected = collect_subfields(
            self.schema, self._fragments, self._variables, self.operation, found, parent.details, self._hide_suggestions
        )
        return self._selection(found, collected.grouped_field_set)

    def _selection(self, parent: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]) -> Selection:
        selection = Selection(parent)
        for key, details in grouped.items():
            name = details[0].node.name.value
            definition = self.schema.get_field(parent, name)
            if definition is None:
                continue
            nodes = [each.node for each in details]
            self._fields += 1
            if self._fields > FIELDS_MAXIMUM:
                message = f"The operation selects more than {FIELDS_MAXIMUM} fields, each type counted by itself."
                raise GraphQLError(message, nodes, extensions={"code": Code.OPERATION_TOO_EXPENSIVE})
            read = self._read(parent, name, definition)
            arguments = Arguments(definition, details[0], suggestions=not self._hide_suggestions)
            convert = self._converter(definition, read)
            selection.fields.append(Field(key, name, parent, definition, details, nodes, read, arguments, convert))
        self.grew(len(selection.fields))
        return selection

    def _converter(self, definition: GraphQLField, read: Read) -> Callable[[dict[str, Any]], dict[str, Any]]:
        if isinstance(read, Method) and definition.args:
            declared = definition.extensions["strawberry-definition"]
            return PythonArguments(self.schema, declared.arguments).converted
        return _as_they_are

    def _read(self, parent: GraphQLObjectType, name: str, definition: GraphQLField) -> Read:
        if name == "__typename":
            return Constant(parent.name)
        return read_of(definition, of_event=self.operation.operation is OperationType.SUBSCRIPTION)


def _nobody(_: int) -> None:
    """Nobody counts."""


def _as_they_are(values: dict[str, Any]) -> dict[str, Any]:
    return values


def read_of(definition: GraphQLField, *, of_event: bool = False) -> Read:
    """How a field's value is had; `of_event` for the fields of an event's root."""
    declared = definition.extensions.get("strawberry-definition")
    resolve = definition.resolve or default_field_resolver
    if declared is None:
        return Resolver(resolve)
    kind = declared.metadata.get(KIND)
    if declared.permission_classes or declared.extensions:
        return Resolver(resolve)
    if kind is not None:
        if of_event and definition.subscribe is not None:
            return Event()
        # The record has it under the Python name that Strawberry derived the field's from.
        return Attribute(declared.python_name) if isinstance(kind, fields.Attribute) else kind
    if getattr(resolve, "_is_default", False) and declared.default_resolver is getattr:
        return Attribute(declared.python_name)
    return Resolver(resolve)

"""Answers that differ between viewers in single values alone: executed once for all, with holes to be filled.

A hole is a leaf that a method reads from a record for its viewer, such as `ReactionGroup.viewerHasReacted`. Where all
that is not shared in an operation is of that kind, an event is executed once without a viewer; then each viewer's
answer is what the methods say of the records that were found, put between the bytes that are the same. A hole that
cannot be filled at once, or is no plain value, leaves the operation to be executed for that viewer by itself.
"""

import secrets
from collections.abc import Callable, Sequence
from inspect import iscoroutinefunction
from typing import Any, Final

import orjson
from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
)

from graph.execution.compiler import Operation, compile_operation
from graph.fields import KIND, Method

_DEFINITION: Final = "strawberry-definition"
_PLAIN: Final = (bool, int, float, str)


class Unfilled(Exception):
    """A hole of this viewer's is no plain value: the operation has to be executed for them."""


class Hole:
    """In the place of a value that depends on the viewer."""

    __slots__ = ("_field", "_record")

    def __init__(self, field: "HoleField", record: object) -> None:
        self._field = field
        self._record = record

    def filled(self, context: object) -> bytes:
        """The value's JSON. Raises `Unfilled`."""
        return self._field.value(self._record, context)


class HoleField:
    """One field of the schema as it is executed for all: its value is a `Hole`."""

    def __init__(self, function: Callable[[Any, Any], Any], leaf: GraphQLLeafType, *, required: bool) -> None:
        self._function = function
        self._leaf = leaf
        self._required = required

    def value(self, record: object, context: object) -> bytes:
        try:
            value = self._function(record, context)
            serialised = None if value is None else self._leaf.serialize(value)
        except Exception as failed:
            # What fails, fails again where the operation is executed, and is answered there as it should be.
            raise Unfilled from failed
        if serialised is None and not self._required:
            return b"null"
        if type(serialised) not in _PLAIN:
            raise Unfilled
        return orjson.dumps(serialised)


def hole_of(field: GraphQLField) -> HoleField | None:
    """For a leaf that a method without arguments reads for its viewer."""
    leaf = get_nullable_type(field.type)
    definition = field.extensions.get(_DEFINITION)
    guarded = definition is not None and (definition.permission_classes or definition.extensions)
    kind = None if definition is None or guarded else definition.metadata.get(KIND)
    if not isinstance(kind, Method) or kind.shared or field.args or not is_leaf_type(leaf):
        return None
    if iscoroutinefunction(kind.function):
        return None
    return HoleField(kind.function, leaf, required=is_non_null_type(field.type))


class Filled:
    """What was executed for all, as JSON around its holes."""

    __slots__ = ("_holes", "_parts")

    def __init__(self, data: object) -> None:
        mark = f"hole {secrets.token_hex(16)}"
        self._holes: list[Hole] = []

        def marked(value: object) -> str:
            if not isinstance(value, Hole):
                raise TypeError(f"{type(value)} is nothing of a response")
            self._holes.append(value)
            return mark

        # In the order in which they stand in the text.
        self._parts = orjson.dumps({"data": data}, default=marked).split(orjson.dumps(mark))

    def body(self, context: object) -> bytes:
        """One viewer's response. Raises `Unfilled`."""
        parts: list[bytes] = []
        for part, hole in zip(self._parts, self._holes, strict=False):
            parts += (part, hole.filled(context))
        return b"".join((*parts, self._parts[-1]))


class Templates:
    """Compiles operations of a schema with holes."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = _WithHoles(schema)

    def compiled(self, document: DocumentNode, operation: OperationDefinitionNode) -> Operation:
        """To be executed without a viewer; `Filled` takes its data."""
        return compile_operation(self._schema, document, operation.name.value if operation.name else None)


class _WithHoles(GraphQLSchema):
    """The schema with other fields in the places of some. Nothing is validated against it."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__(**schema.to_kwargs())
        self._holes: dict[tuple[str, str], GraphQLField | None] = {}

    def get_field(self, parent_type: Any, field_name: str) -> GraphQLField | None:
        field = super().get_field(parent_type, field_name)
        if field is None or not isinstance(parent_type, GraphQLObjectType):
            return field
        place = (parent_type.name, field_name)
        if place not in self._holes:
            hole = hole_of(field)
            self._holes[place] = None if hole is None else _field_of(hole)
        return self._holes[place] or field


class _Declared:
    """What the planner reads of a field's declaration."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.metadata = {KIND: Method(function)}
        self.permission_classes: Sequence[object] = ()
        self.extensions: Sequence[object] = ()


def _field_of(hole: HoleField) -> GraphQLField:
    declared = _Declared(lambda record, _: Hole(hole, record))
    return GraphQLField(_HOLE, extensions={_DEFINITION: declared})


_HOLE: Final = GraphQLScalarType("Hole", serialize=lambda value: value)

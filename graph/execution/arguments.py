"""Variables and arguments, coerced by a plan made once; graphql-core does what the plan does not foresee, and errors.

Source: the specification's "Coercing Variable Values" and "Coercing Field Arguments".
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from enum import Enum, auto
from typing import Any, Final

import strawberry
from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.language import Node, Visitor, visit
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal
from strawberry.types.arguments import StrawberryArgument, convert_arguments
from strawberry.types.base import StrawberryOptional

ERRORS_MAXIMUM: Final = 50
INT_MAXIMUM: Final = (1 << 31) - 1
INT_MINIMUM: Final = -(1 << 31)

_PYTHON: Final = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool, GraphQLInt.name: int}


class _Missing(Enum):
    """In the place of a value that was not given; an enum's member stays itself when it is copied."""

    MISSING = auto()


_MISSING: Final = _Missing.MISSING
_SAME_IN_PYTHON: Final = (str, int, float, bool, strawberry.ID)

Full = Callable[[], VariableValues]
"""The coerced variables as graphql-core has them, made when they are first asked for."""


class InvalidVariables(Exception):
    """The variables are not what the operation declares."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


class Variables:
    """The variables of one operation."""

    __slots__ = ("_definitions", "_hide_suggestions", "_plan", "_schema")

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode, *, suggestions: bool) -> None:
        self._schema = schema
        self._definitions = tuple(operation.variable_definitions or ())
        self._hide_suggestions = not suggestions
        self._plan = self._planned()

    def coerced(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values by name; those that were not given and have no default are missing. Raises `InvalidVariables`."""
        if self._plan is None:
            return self.full(given).coerced
        coerced: dict[str, Any] = {}
        for name, python_type, nullable, default in self._plan:
            value: Any = given.get(name, _MISSING)
            if type(value) is python_type and (python_type is not int or _fits(value)):
                coerced[name] = value
            elif value is None and nullable:
                coerced[name] = None
            elif value is _MISSING and (nullable or default is not _MISSING):
                if default is not _MISSING:
                    coerced[name] = default
            else:
                return self.full(given).coerced
        return coerced

    def full(self, given: Mapping[str, Any]) -> VariableValues:
        """The same with their sources, as graphql-core passes them about. Raises `InvalidVariables`."""
        found = get_variable_values(
            self._schema, self._definitions, dict(given), ERRORS_MAXIMUM, self._hide_suggestions
        )
        if isinstance(found, list):
            raise InvalidVariables(found)
        return found

    def _planned(self) -> list[tuple[str, type, bool, Any]] | None:
        """Name, Python type, nullability and default of each; None where one is of another than a built-in type."""
        plan: list[tuple[str, type, bool, Any]] = []
        for definition in self._definitions:
            signature = get_variable_signature(self._schema, definition)
            if isinstance(signature, GraphQLError):
                return None
            python_type = _PYTHON.get(getattr(get_nullable_type(signature.type), "name", ""))
            if python_type is None:
                return None
            default: Any = _MISSING
            if definition.default_value is not None:
                try:
                    default = coerce_default_value(signature)
                except TypeError:
                    return None
            plan.append((signature.name, python_type, not is_non_null_type(signature.type), default))
        return plan


def _fits(value: Any) -> bool:
    return bool(INT_MINIMUM <= value <= INT_MAXIMUM)


class Arguments:
    """The arguments of one field of a document."""

    __slots__ = ("_constants", "_definition", "_detail", "_hide_suggestions", "_plan", "shared")

    def __init__(self, definition: GraphQLField, detail: FieldDetails, *, suggestions: bool) -> None:
        self._definition = definition
        self._detail = detail
        self._hide_suggestions = not suggestions
        self._plan = self._planned()
        self._constants: dict[str, Any] | None = None
        self.shared = all(is_leaf_type(get_nullable_type(each.type)) for each in definition.args.values())
        """Whether no resolver can change any of the values: then one coercion serves any number of calls."""
        if self._plan is not None and self.shared and all(variable is None for _, variable, _, _ in self._plan):
            self._constants = {name: value for name, _, _, value in self._plan}

    def values(self, coerced: Mapping[str, Any], full: Full) -> dict[str, Any]:
        """The arguments by name, coerced. Raises `GraphQLError` for what cannot be."""
        if self._constants is not None:
            return self._constants
        if self._plan is None:
            return self._full(full())
        values: dict[str, Any] = {}
        for name, variable, required, default in self._plan:
            value = _MISSING if variable is None else coerced.get(variable, _MISSING)
            if value is _MISSING:
                value = default if self.shared else deepcopy(default)
            if required and (value is None or value is _MISSING):
                return self._full(full())
            if value is not _MISSING:
                values[name] = value
        return values

    def _full(self, variables: VariableValues) -> dict[str, Any]:
        return get_argument_values(
            self._definition,
            self._detail.node,
            variables,
            self._detail.fragment_variable_values,
            self._hide_suggestions,
        )

    def _planned(self) -> list[tuple[str, str | None, bool, Any]] | None:
        """Name, variable, whether null is refused, and constant or default; None for what graphql-core is to coerce:
        variables within lists and input objects, and what is wrong.
        """
        nodes = {each.name.value: each.value for each in self._detail.node.arguments or ()}
        plan: list[tuple[str, str | None, bool, Any]] = []
        for name, definition in self._definition.args.items():
            node = nodes.get(name)
            variable = node.name.value if isinstance(node, VariableNode) else None
            try:
                value = (
                    coerce_default_value(definition)
                    if node is None or variable is not None
                    else coerce_input_literal(node, definition.type)
                )
            except (TypeError, GraphQLError):
                return None
            if node is None and is_required_argument(definition):
                return None
            if node is not None and variable is None and (value is Undefined or _has_variables(node)):
                return None
            if variable is not None and self._detail.fragment_variable_values is not None:
                return None
            if value is not Undefined or variable is not None:
                required = variable is not None and is_non_null_type(definition.type)
                plan.append(
                    (definition.out_name or name, variable, required, _MISSING if value is Undefined else value)
                )
        return plan


class _Seeker(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, *_: Any) -> Any:
        self.found = True
        return self.BREAK


def _has_variables(node: Node) -> bool:
    seeker = _Seeker()
    visit(node, seeker)
    return seeker.found


class PythonArguments:
    """From a field's arguments in the graph to those of its Python function: names, input types, enums."""

    __slots__ = ("_arguments", "_names", "_plain", "_schema")

    def __init__(self, schema: GraphQLSchema, arguments: list[StrawberryArgument]) -> None:
        strawberry_schema = schema._strawberry_schema  # type: ignore[attr-defined] # noqa: SLF001 - where Strawberry keeps itself
        self._schema = strawberry_schema
        self._arguments = arguments
        name_of = strawberry_schema.config.name_converter.from_argument
        self._names = {name_of(each): each.python_name for each in arguments}
        self._plain = all(_nullable(each.type) in _SAME_IN_PYTHON for each in arguments)

    def converted(self, values: dict[str, Any]) -> dict[str, Any]:
        """Raises what an input type's constructor raises."""
        if self._plain:
            names = self._names
            return {names[name]: value for name, value in values.items()}
        registry = self._schema.schema_converter.scalar_registry
        return convert_arguments(values, self._arguments, registry, self._schema.config)


def _nullable(type_: Any) -> Any:
    return type_.of_type if type(type_) is StrawberryOptional else type_

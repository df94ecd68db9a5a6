"""Scalars and enums: what is right already passes, the rest goes through the type's own coercion."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
    specified_scalar_types,
)
from graphql.pyutils import inspect

from graph.execution.completion import Places, Values, sorted_out
from graph.execution.run import Run

if TYPE_CHECKING:
    from graph.execution.plan import Field

ORDINARY: Final = frozenset({str, int, float, bool, bytes, datetime, date, time, Decimal, UUID})
"""Classes whose values a scalar's coercion may be given unseen: never null, an exception or awaitable."""


class Leaves:
    """Completes scalars or enums of one type, whatever the values are."""

    __slots__ = ("_coerce", "_column", "_field", "_required", "_type")

    def __init__(self, field: "Field", type_: GraphQLLeafType, *, required: bool) -> None:
        self._field = field
        self._type = type_
        self._coerce = type_.coerce_output_value
        self._column: Any = getattr(self._coerce, "column", None)
        self._required = required

    def __call__(self, run: Run, values: Values, _: Places) -> list[Any]:
        return [self.one(run, value) for value in values]

    @property
    def by_column(self) -> bool:
        """Whether the type's coercion takes the values of all objects of a level in one go, as its `column`."""
        return self._column is not None

    def column(self, run: Run, values: list[Any]) -> list[Any]:
        """The results of values that were read from the objects of a level."""
        classes = set(map(type, values))
        if len(classes) == 1 and classes <= ORDINARY:
            try:
                results: list[Any] = self._column(values)
            except Exception:  # noqa: BLE001 # each by itself then, to find whose failure it is
                return self(run, values, None)
            return results
        return self(run, values, None)

    def one(self, run: Run, value: Any) -> Any:
        """The result of one value."""
        if value is None and not self._required:
            return None
        if type(value) not in ORDINARY:
            ordinary, result = sorted_out(
                run, self._field, value, lambda later: self.one(run, later), required=self._required
            )
            if not ordinary:
                return result
        try:
            coerced = self._coerce(value)
        except Exception as error:  # noqa: BLE001 # the coercion's failure is the field's
            return run.failed(error)
        if coerced is not None and coerced is not Undefined:
            return coerced
        return run.failed(
            TypeError(
                f"Expected `{inspect(self._type)}.coerce_output_value({inspect(value)})`"
                f" to return non-nullable value, returned: {inspect(coerced)}"
            )
        )


_BUILT_IN: Final = {
    GraphQLString.name: "type(v := {read}) is str",
    GraphQLID.name: "type(v := {read}) is str",
    GraphQLBoolean.name: "type(v := {read}) is bool",
    GraphQLInt.name: "type(v := {read}) is int and -2147483648 <= v <= 2147483647",
    GraphQLFloat.name: "type(v := {read}) is float and -INFINITY < v < INFINITY",
}
"""When a value of a built-in scalar is its own result."""


def inline(type_: GraphQLLeafType, read: str, leaf: str, names: dict[str, Any], number: int) -> str:
    """The expression of a leaf that is `read` from an object: as it is where its class is right, else `leaf(run, v)`.

    What the expression needs besides is put into `names`.
    """
    if specified_scalar_types.get(type_.name) is type_:
        return f"v if {_BUILT_IN[type_.name].format(read=read)} else {leaf}(run, v)"
    if isinstance(type_, GraphQLEnumType):
        table = _members(type_)
        if table is None:
            return f"{leaf}(run, {read})"
        names[f"enum_{number}"], names[f"names_{number}"] = table
        return f"names_{number}[v] if type(v := {read}) is enum_{number} else {leaf}(run, v)"
    names[f"coerce_{number}"] = type_.coerce_output_value
    coerced = f"r if (r := coerce_{number}(v)) is not None and r is not UNDEFINED else {leaf}(run, v)"
    return f"({coerced}) if type(v := {read}) in ORDINARY else {leaf}(run, v)"


def _members(type_: GraphQLEnumType) -> tuple[type[Enum], dict[Enum, str]] | None:
    """The Python enum and its members' names in the graph, where all values of the type are members of one."""
    definition = type_.extensions.get("strawberry-definition")
    wrapped = getattr(definition, "wrapped_cls", None)
    if not isinstance(wrapped, type) or not issubclass(wrapped, Enum):
        return None
    try:
        return wrapped, {member: type_.coerce_output_value(member) for member in wrapped}
    except Exception:  # noqa: BLE001 # a member that the graph does not have: each value is coerced by itself
        return None

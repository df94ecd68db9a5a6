"""Objects, interfaces and unions: which object type a value is of, and its level's results."""

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLOutputType,
    default_type_resolver,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.pyutils import Path, inspect, is_awaitable

from graph.execution.completion import (
    Complete,
    Levels,
    Lists,
    Places,
    Values,
    one_later,
    part,
    place_of,
    plain,
    sorted_out,
)
from graph.execution.leaves import Leaves
from graph.execution.run import Run
from graph.fields import RECORDS
from resolvers.loaders.batching import Failure

if TYPE_CHECKING:
    from graph.execution.plan import Field


def completer(field: "Field", type_: GraphQLOutputType, levels: Levels, *, required: bool = False) -> Complete:
    """How the values of a field, or the items of its lists, are completed; `required` where null is a failure."""
    if is_non_null_type(type_):
        return completer(field, type_.of_type, levels, required=True)
    if is_list_type(type_):
        return Lists(field, completer(field, type_.of_type, levels), required=required)
    if is_leaf_type(type_):
        return Leaves(field, type_, required=required)
    if is_object_type(type_):
        return Objects(field, type_, levels, required=required)
    if is_abstract_type(type_):
        return Abstract(field, type_, levels, required=required)
    raise TypeError(f"Cannot complete value of unexpected output type: '{inspect(type_)}'.")


def class_of(type_: GraphQLObjectType) -> tuple[type, object] | None:
    """The class whose objects are of this type, and the `kind` that means it or None; None where only a check knows."""
    definition = type_.extensions.get("strawberry-definition")
    origin = None if definition is None else definition.origin
    for key, registered in RECORDS.items():
        if registered is origin:
            record, kind = key if isinstance(key, tuple) else (key, None)
            return record, kind
    # Strawberry's own check: what is made as an object of the type's class is of the type.
    return None if definition is None or definition.is_type_of is not None else (definition.origin, None)


class Objects:
    """Completes objects of one type."""

    __slots__ = ("_check", "_field", "_level", "_required", "_type", "_usual")

    def __init__(self, field: "Field", type_: GraphQLObjectType, levels: Levels, *, required: bool) -> None:
        self._field = field
        self._type = type_
        self._required = required
        self._level = levels.below(field, type_)
        self._check = type_.is_type_of
        record = class_of(type_)
        self._usual = {record[0]} if record is not None and record[1] is None else set()

    def __call__(self, run: Run, values: Values, places: Places) -> list[Any]:
        if set(map(type, values)) <= self._usual or (self._check is None and plain(values)):
            return self._level.run(run, values, places)
        results: list[Any] = [None] * len(values)
        fine: list[int] = []
        for index, value in enumerate(values):
            place = place_of(places, index)
            ordinary, result = sorted_out(run, self._field, value, one_later(run, self, place), required=self._required)
            if ordinary and self._check is not None:
                ordinary, result = self._checked(run, value, place)
            if ordinary:
                fine.append(index)
            else:
                results[index] = result
        completed = self._level.run(run, [values[index] for index in fine], part(places, fine))
        for index, result in zip(fine, completed, strict=True):
            results[index] = result
        return results

    def _checked(self, run: Run, value: Any, place: Path | None) -> tuple[bool, Any]:
        """Whether `is_type_of` says yes at once, and if not, what stands in the value's place."""
        try:
            found: Any = self._check(value, run.info(self._field, place))  # type: ignore[misc] # called where there is one
        except Exception as error:  # noqa: BLE001 # the check's failure is the field's
            return False, run.failed(error)
        if is_awaitable(found):
            return False, run.slot(found, lambda outcome: self._checked_later(run, outcome, value, place))
        return bool(found), None if found else run.failed(self._wrong(value))

    def _checked_later(self, run: Run, outcome: Any, value: Any, place: Path | None) -> Any:
        if isinstance(outcome, Failure):
            return outcome
        if not outcome:
            return run.failed(self._wrong(value))
        return self._level.run(run, [value], None if place is None else [place])[0]

    def _wrong(self, value: Any) -> GraphQLError:
        return GraphQLError(f"Expected value of type '{self._type}' but got: {inspect(value)}.", self._field.nodes)


class Abstract:
    """Completes values of an interface or a union: registered records by their class, others as they are resolved."""

    __slots__ = ("_field", "_kinds", "_levels", "_made", "_registered", "_required", "_resolve", "_type")

    def __init__(self, field: "Field", type_: GraphQLAbstractType, levels: Levels, *, required: bool) -> None:
        self._field = field
        self._type = type_
        self._levels = levels
        self._required = required
        self._resolve = type_.resolve_type or default_type_resolver
        self._registered: dict[object, GraphQLObjectType] = {}
        for each in levels.schema.get_possible_types(type_):
            record = class_of(each)
            if record is not None:
                self._registered[record[0] if record[1] is None else record] = each
        self._kinds = {key[0] for key in self._registered if isinstance(key, tuple)}
        self._made: dict[GraphQLObjectType, Objects] = {}

    def __call__(self, run: Run, values: Values, places: Places) -> list[Any]:
        results: list[Any] = [None] * len(values)
        by_type: dict[GraphQLObjectType, list[int]] = {}
        for index, value in enumerate(values):
            found = self._type_of(value)
            if found is None:
                place = place_of(places, index)
                later = one_later(run, self, place)
                ordinary, result = sorted_out(run, self._field, value, later, required=self._required)
                if ordinary:
                    found, result = self._resolved(run, value, place)
                if found is None:
                    results[index] = result
                    continue
            by_type.setdefault(found, []).append(index)
        for found, indices in by_type.items():
            level = self._levels.below(self._field, found)
            if len(indices) == len(values):
                return level.run(run, values, places)
            completed = level.run(run, [values[index] for index in indices], part(places, indices))
            for index, result in zip(indices, completed, strict=True):
                results[index] = result
        return results

    def _type_of(self, value: Any) -> GraphQLObjectType | None:
        found = type(value)
        return self._registered.get((found, value.kind) if found in self._kinds else found)

    def _resolved(self, run: Run, value: Any, place: Path | None) -> tuple[GraphQLObjectType | None, Any]:
        """The type of a value that is no registered record, or else what stands in its place."""
        try:
            name: Any = self._resolve(value, run.info(self._field, place), self._type)
            if is_awaitable(name):
                return None, run.slot(name, lambda outcome: self._resolved_later(run, outcome, value, place))
            return self._named(run, name, value, place)
        except Exception as error:  # noqa: BLE001 # the resolver's failure is the field's
            return None, run.failed(error)

    def _resolved_later(self, run: Run, outcome: Any, value: Any, place: Path | None) -> Any:
        if isinstance(outcome, Failure):
            return outcome
        try:
            found, result = self._named(run, outcome, value, place)
        except Exception as error:  # noqa: BLE001 # the check's failure is the field's
            return run.failed(error)
        return result if found is None else self._objects(found)(run, [value], None if place is None else [place])[0]

    def _named(self, run: Run, name: Any, value: Any, place: Path | None) -> tuple[GraphQLObjectType | None, Any]:
        found = _possible(run.planner.schema, name, self._type, self._field, value)
        if found.is_type_of is None:
            return found, None
        # The type itself is asked too, as for any other field of an object.
        return None, self._objects(found)(run, [value], None if place is None else [place])[0]

    def _objects(self, found: GraphQLObjectType) -> Objects:
        made = self._made.get(found)
        if made is None:
            made = self._made[found] = Objects(self._field, found, self._levels, required=self._required)
        return made


def _possible(schema: Any, name: Any, type_: GraphQLAbstractType, field: "Field", value: Any) -> GraphQLObjectType:
    """The object type of this name; raises `GraphQLError` where there is none, or not one of the abstract type's."""
    found = schema.get_type(name) if isinstance(name, str) else None
    if is_object_type(found) and schema.is_sub_type(type_, found):
        return found
    at = f"for field '{field.coordinate}'"
    if name is None:
        message = (
            f"Abstract type '{type_}' must resolve to an Object type at runtime {at}."
            f" Either the '{type_}' type should provide a 'resolve_type' function"
            " or each possible type should provide an 'is_type_of' function."
        )
    elif not isinstance(name, str):
        message = (
            f"Abstract type '{type_}' must resolve to an Object type at runtime {at} with value {inspect(value)},"
            f" received '{inspect(name)}', which is not a valid Object type name."
        )
    elif found is None:
        message = f"Abstract type '{type_}' was resolved to a type '{name}' that does not exist inside the schema."
    elif not is_object_type(found):
        message = f"Abstract type '{type_}' was resolved to a non-object type '{name}'."
    else:
        message = f"Runtime Object type '{found}' is not a possible type for '{type_}'."
    raise GraphQLError(message, field.nodes)

"""One selection set on the objects of one type: a generated function makes all their results at once.

The function reads attributes and completes scalars in one comprehension. What is not in hand, joins, connections,
methods and resolvers, is begun for all objects together by the fetchers of `fetching.py`, and fills its place in the
results later. The text of the function stays in `source`, for people to read.
"""

import math
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLError, GraphQLLeafType, Undefined, get_nullable_type, is_leaf_type, is_non_null_type
from graphql.pyutils import Path

from graph.execution.completion import Complete, Levels, Places, Values
from graph.execution.fetching import Fetch, fetcher
from graph.execution.leaves import ORDINARY, Leaves, inline
from graph.execution.objects import completer
from graph.execution.plan import Attribute, Constant, Event, Field, Selection
from graph.execution.run import Run

if TYPE_CHECKING:
    from graphql import GraphQLObjectType

LevelFunction = Callable[[Run, Values, Places], list[Any]]

_NAMES: Final = {"INFINITY": math.inf, "UNDEFINED": Undefined, "ORDINARY": ORDINARY}


class Level:
    """Compiled when it is first run: a type that never comes costs nothing."""

    __slots__ = ("_compiled", "_levels", "_select", "fields", "run", "source", "type")

    def __init__(self, type_: "GraphQLObjectType", select: Callable[[], Selection], levels: Levels) -> None:
        self.type = type_
        self.fields: list[Field] = []
        self.source = ""
        self.run: LevelFunction = self._compile_and_run
        self._select = select
        self._compiled = False
        self._levels = levels

    def compile(self) -> None:
        """Writes the function. Raises `GraphQLError` where a directive's argument is not to be had."""
        if not self._compiled:
            self.fields = self._select().fields
            self.source, self.run = _Writer(self, self._levels).written()
            self._compiled = True

    def _compile_and_run(self, run: Run, items: Values, places: Places) -> list[Any]:
        if not items:
            return []
        try:
            self.compile()
        except GraphQLError as error:
            return [run.failed(error) for _ in items]
        return self.run(run, items, places)


class _Writer:
    """Writes the function of one level, with what it needs under names of its own."""

    def __init__(self, level: Level, levels: Levels) -> None:
        self._level = level
        self._levels = levels
        self._names: dict[str, Any] = {**_NAMES, "level": level}
        self._reads: list[str] = []
        self._entries: list[str] = []
        self._children: list[str] = []
        self._columns: dict[str, str] = {}
        self._fetches: list[str] = []
        self._slow: list[tuple[Field, Complete]] = []

    def written(self) -> tuple[str, LevelFunction]:
        for number, field in enumerate(self._level.fields):
            self._field(number, field)
        careful = self._names["careful"] = _careful(self._slow)
        if not self._levels.writes():
            return "", self._general(careful)
        source = self._source()
        # Only names, numbers and texts that `repr` wrote stand in the source; the document's own text never does.
        exec(compile(source, f"<level {self._level.type.name}>", "exec"), self._names)  # noqa: S102 - the compiler's point
        function: LevelFunction = self._names["level_function"]
        return source, function

    def _general(self, careful: "Careful") -> LevelFunction:
        """The same as the function would do, field by field."""
        level, fetches = self._level, [self._names[name] for name in self._names if name.startswith("fetch_")]

        def general(run: Run, items: Values, places: Places) -> list[Any]:
            outs = careful(run, items, places, level)
            run.built.append((level, outs))
            for fetch in fetches:
                fetch(run, outs, items, places)
            return outs

        return general

    def _field(self, number: int, field: Field) -> None:
        key = repr(field.key)
        read = field.read
        if isinstance(read, Constant):
            self._entries.append(f"{key}: {read.value!r}")
        elif isinstance(read, Attribute) and read.name.isidentifier():
            self._attribute(number, field, read.name)
        elif isinstance(read, Event):
            self._child(number, field, "items")
        else:
            fetch: Fetch = fetcher(field, completer(field, field.type, self._levels))
            self._names[f"fetch_{number}"] = fetch
            self._entries.append(f"{key}: None")
            self._fetches.append(f"    fetch_{number}(run, outs, items, places)  # {field.coordinate}")

    def _attribute(self, number: int, field: Field, name: str) -> None:
        leaf_type = get_nullable_type(field.type)
        if is_leaf_type(leaf_type):
            self._leaf(number, field, leaf_type, f"o.{name}")
        else:
            self._reads.append(f"        values_{number} = [o.{name} for o in items]")
            self._child(number, field, f"values_{number}")

    def _leaf(self, number: int, field: Field, type_: GraphQLLeafType, read: str) -> None:
        leaves = Leaves(field, type_, required=is_non_null_type(field.type))
        self._slow.append((field, leaves))
        if leaves.by_column:
            self._names[f"column_{number}"] = leaves.column
            self._reads.append(f"        values_{number} = column_{number}(run, [{read} for o in items])")
            self._columns[f"c{number}"] = f"values_{number}"
            self._entries.append(f"{field.key!r}: c{number}")
            return
        self._names[f"leaf_{number}"] = leaves.one
        self._entries.append(f"{field.key!r}: ({inline(type_, read, f'leaf_{number}', self._names, number)})")

    def _child(self, number: int, field: Field, values: str) -> None:
        complete = completer(field, field.type, self._levels)
        self._names[f"complete_{number}"] = complete
        self._names[f"places_{number}"] = _below(field)
        self._entries.append(f"{field.key!r}: None")
        self._children += [
            f"    # {field.coordinate}",
            f"    completed = complete_{number}(run, {values}, places and places_{number}(places))",
            f"    for out, out[{field.key!r}] in zip(outs, completed): pass",
        ]
        self._slow.append((field, complete))

    def _source(self) -> str:
        lines = ["def level_function(run, items, places):"]
        each = "o in items"
        if self._columns:
            each = f"o, {', '.join(self._columns)} in zip(items, {', '.join(self._columns.values())})"
        lines += ["    try:", *self._reads, f"        outs = [{{{', '.join(self._entries)}}} for {each}]"]
        lines += ["    except Exception:", "        outs = careful(run, items, places, level)"]
        if self._children:
            lines += ["    else:", *("    " + line for line in self._children)]
        lines += ["    run.built.append((level, outs))", *self._fetches, "    return outs"]
        return "\n".join(lines) + "\n"


def _below(field: Field) -> Callable[[Places], Places]:
    def below(places: Places) -> Places:
        return [Path(place, field.key, field.parent.name) for place in places or ()]

    return below


Careful = Callable[[Run, Values, Places, Level], list[Any]]


def _careful(fields: list[tuple[Field, Complete]]) -> Careful:
    """Reads attribute by attribute and object by object, where reading one has failed; nothing else was begun yet."""

    def careful(run: Run, items: Values, places: Places, level: Level) -> list[Any]:
        outs: list[dict[str, Any]] = [
            {field.key: field.read.value if isinstance(field.read, Constant) else None for field in level.fields}
            for _ in items
        ]
        for field, complete in fields:
            values = list(items) if isinstance(field.read, Event) else _read(run, field, items)
            below = None if places is None else _below(field)(places)
            for out, value in zip(outs, complete(run, values, below), strict=True):
                out[field.key] = value
        return outs

    return careful


def _read(run: Run, field: Field, items: Values) -> list[Any]:
    name = field.read.name if isinstance(field.read, Attribute) else ""
    read = attrgetter(name)
    values: list[Any] = []
    for item in items:
        try:
            values.append(read(item))
        except Exception as error:  # noqa: BLE001 # the attribute's failure is the field's
            values.append(run.failed(error))
    return values

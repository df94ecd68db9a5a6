"""What an operation costs before it is run: its plan, its waves of look-ups, and the functions that were written."""

import inspect
from collections.abc import Iterator

import orjson
from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_object_type,
    parse,
    validate,
)

from graph.execution.arguments import InvalidVariables
from graph.execution.compiler import Variant, compile_operation
from graph.execution.level import Level
from graph.execution.plan import Attribute, Constant, Event, Field, Read
from graph.fields import Connection, Join, JoinMany, Method


class Explanation:
    """Of one operation, whatever types its data would have. A wave is what is waited for at the same time."""

    def __init__(self, variant: Variant) -> None:
        self._variant = variant
        self._waves = 0

    def lines(self) -> Iterator[str]:
        yield "Plan"
        yield from self._level(self._variant.root, 1, 0)
        waves = "one wave" if self._waves == 1 else f"{self._waves} waves"
        yield ""
        yield f"At most {waves} of look-ups, whatever the length of the lists."
        yield ""
        yield "Generated code"
        yield self._variant.source.rstrip()

    def _level(self, level: Level, indent: int, wave: int) -> Iterator[str]:
        level.compile()
        margin = "  " * indent
        at_hand = [field.key for field in level.fields if _is_at_hand(field.read) and not list(self._types(field))]
        if at_hand:
            yield f"{margin}{', '.join(at_hand)}: in one comprehension"
        for field in level.fields:
            if field.key in at_hand:
                continue
            waits = _waits(field.read)
            below = wave + 1 if waits else wave
            self._waves = max(self._waves, below)
            yield f"{margin}{field.key}: {_how(field.read)}{f' (wave {below})' if waits else ''}"
            for type_ in self._types(field):
                yield f"{margin}  {type_.name}"
                yield from self._level(self._variant.below(field, type_), indent + 2, below)

    def _types(self, field: Field) -> Iterator[GraphQLObjectType]:
        named = get_named_type(field.type)
        if is_object_type(named):
            yield named
        elif is_abstract_type(named):
            yield from self._variant.schema.get_possible_types(named)


def _is_at_hand(read: Read) -> bool:
    return isinstance(read, Constant | Attribute | Event)


def _waits(read: Read) -> bool:
    match read:
        case Join() | JoinMany() | Connection():
            return True
        case Method():
            return inspect.iscoroutinefunction(read.function)
        case _:
            return False


def _how(read: Read) -> str:
    match read:
        case Attribute(name=name):
            return f"read from the object's `{name}`"
        case Event():
            return "the event itself"
        case Join(loader=loader, key=key) | JoinMany(loader=loader, keys=key):
            return f"one look-up by `{loader.name}` with every `{key}`"
        case Connection(loader=loader, key=key):
            return f"one look-up by `{loader.name}` with every `{key}` and the page's arguments"
        case Method(function=function):
            return f"a call of `{function.__qualname__}` for each object"
        case _:
            return "a resolver's call for each object"


def explained(schema: GraphQLSchema, text: str, operation: str | None, variables: str) -> tuple[str | None, str]:
    """What is wrong with the document, if anything, and the explanation of the operation of this name."""
    try:
        document = parse(text)
        found = validate(schema, document)
        if found:
            return "\n".join(str(error) for error in found), ""
        variant = compile_operation(schema, document, operation).variant(orjson.loads(variables))
    except orjson.JSONDecodeError as error:
        return f"The variables are not JSON: {error}", ""
    except (GraphQLError, InvalidVariables) as error:
        return str(error), ""
    return None, "\n".join(Explanation(variant).lines())

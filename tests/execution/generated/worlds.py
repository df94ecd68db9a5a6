"""Data for a schema: what each field of each object gives, told by a seed, and the same however it is delivered.

A world is read by both executors, so what it holds outlives a run; what can be read once only, such as a generator, is
made anew by each call. `trouble` is the chance, at each place, of a null too many, a value of a wrong type, an
exception raised or returned.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from inspect import CORO_CREATED, getcoroutinestate
from typing import Any, Final

from graphql import (
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    Undefined,
    is_abstract_type,
    is_leaf_type,
)

from tests.execution.generated.delivery import Awaitable, Begun, Broken, Delivery, Items, Raised, lasting
from tests.execution.generated.draw import Draw
from tests.execution.generated.schemas import COLOURS, Made

EACH: Final = 4
"""Objects of a type: few, so that one stands in several places of an answer."""

RIGHT: Final[dict[str, tuple[Any, ...]]] = {
    "Int": (1, -2, True, 3.0, "12", Decimal(4)),
    "Float": (1, 0.5, "1.5", Fraction(1, 2), -0.0),
    "String": ("x", "", "ö", 5, True, 1.5, Decimal("1.0")),
    "Boolean": (True, False, 0, 1.0),
    "ID": ("i", "", 7, 2.0),
    "Money": (1, "two", [1, 2], {"a": 1}),
    "Colour": tuple(COLOURS.values()),
    "Size": ("S", "M"),
}
WRONG_LEAVES: Final[tuple[Any, ...]] = (
    object(),
    [1],
    {"a": 1},
    float("nan"),
    float("inf"),
    2**31,
    b"x",
    "wrong",
    13,
    7,
    (),
    set(),
)
WRONG_LISTS: Final = ("text", {"a": 1}, 7, b"bytes", object(), True)
WRONG_OBJECTS: Final[tuple[Any, ...]] = (5, "text", True, {}, [], object())


class Coded(Exception):
    """One with a message of its own, as its attribute."""

    def __init__(self) -> None:
        super().__init__("not this")
        self.message = "this"


ERRORS: Final[tuple[Callable[[], Exception], ...]] = (
    lambda: Broken("broken"),
    ValueError,
    lambda: KeyError("key"),
    lambda: GraphQLError("of GraphQL", extensions={"code": "OF"}),
    Coded,
)
SHARED: Final = Broken("the same again")
"""One instance, raised in many places."""

Key = tuple[str, int]


class Thing:
    """A source value with attributes. Those of `raising` raise."""

    def __init__(self, identity: Key) -> None:
        self.identity = identity
        self.raising: dict[str, Exception] = {}

    def __getattr__(self, name: str) -> Any:
        raising: dict[str, Exception] = self.__dict__.get("raising", {})
        if name in raising:
            raise raising[name]
        raise AttributeError(name)


def identity(source: object) -> Any:
    """Which object of its world a source value is: type and number; or what else it is."""
    if isinstance(source, dict):
        return source.get("#", ("dictionary", 0))
    return getattr(source, "identity", (type(source).__name__, 0))


class World:
    def __init__(self, made: Made, seed: int) -> None:
        self.made = made
        self.seed = seed
        self.trouble = Draw("trouble", made.seed, seed).choice((0.0, 0.01, 0.03, 0.06, 0.15))
        self._sources: dict[Key, Any] = {}

    def source(self, type_name: str, number: int) -> Any:
        """The object of that type and number: the same instance each time."""
        key = (type_name, number)
        if key not in self._sources:
            as_dict = Draw("source", self.made.seed, type_name).chance(0.5)
            source: Any = {"#": key} if as_dict else Thing(key)
            # Found from here on, for it may hold itself.
            self._sources[key] = source
            raising: dict[str, Exception] = {} if as_dict else source.raising
            held = source if as_dict else source.__dict__
            if type_name in self.made.named:
                held["__typename" if as_dict else "_Thing__typename"] = type_name
            self._fill(held, raising, key)
        return self._sources[key]

    def _fill(self, held: dict[str, Any], raising: dict[str, Exception], key: Key) -> None:
        type_ = self.made.schema.type_map[key[0]]
        assert isinstance(type_, GraphQLObjectType)
        for name, definition in type_.fields.items():
            if definition.resolve is not None:
                continue
            draw = Draw("held", self.seed, key, name)
            if definition.args or draw.chance(0.4):
                held[name] = method_of(key)
                continue
            value = self.outcome(draw, definition.type, {})
            if isinstance(value, Raised) and isinstance(raising, dict):
                raising[name] = value.error
            else:
                held[name] = lasting(draw, value)

    def outcome(self, draw: Draw, type_: GraphQLOutputType, arguments: dict[str, Any]) -> Any:
        """What is found at a place: a value, `Items` of such, or `Raised`."""
        if draw.chance(self.trouble):
            return self._trouble(draw, type_)
        if isinstance(type_, GraphQLNonNull):
            return self._value(draw, type_.of_type, arguments)
        return None if draw.chance(0.08) else self._value(draw, type_, arguments)

    def _value(self, draw: Draw, type_: Any, arguments: dict[str, Any]) -> Any:
        if isinstance(type_, GraphQLList):
            items = [self.outcome(draw, type_.of_type, {}) for _ in range(draw.randrange(4))]
            items = [each.error if isinstance(each, Raised) else each for each in items]
            return Items(items, draw.randrange(3) if draw.chance(self.trouble) else None)
        if type_.name == "String" and arguments:
            return repr(arguments)
        if is_leaf_type(type_):
            return draw.choice(RIGHT[type_.name])
        if is_abstract_type(type_):
            # There may be an interface that nobody has.
            type_ = draw.choice(self.made.schema.get_possible_types(type_) or [self.made.schema.type_map["Ant"]])
        return self.source(type_.name, draw.randrange(EACH))

    def _trouble(self, draw: Draw, type_: GraphQLOutputType) -> Any:
        nullable: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        error = SHARED if draw.chance(0.3) else draw.choice(ERRORS)()
        wrong: tuple[Any, ...] = WRONG_LISTS
        if not isinstance(nullable, GraphQLList):
            wrong = WRONG_LEAVES if is_leaf_type(nullable) else WRONG_OBJECTS
        return draw.choice((None, None, Undefined, error, Raised(error), Raised(error), *draw.sample(wrong, 2)))


@dataclass(slots=True)
class Call:
    """A resolver's call: where, and with what."""

    path: tuple[str | int, ...]
    told: tuple[Any, ...]


@dataclass(slots=True)
class Context:
    """What one run is executed with; `calls` has its resolvers' calls in their order."""

    world: World
    begun: list[Begun] | None = None
    """Where resolvers answer later: what they gave to be awaited."""
    calls: list[Call] = field(default_factory=list)

    def answer(self, key: Key, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> Any:
        told = (
            key,
            str(info.parent_type),
            info.field_name,
            str(info.return_type),
            len(info.field_nodes),
            repr(arguments),
            repr(info.variable_values.coerced),
            info.operation.name and info.operation.name.value,
        )
        self.calls.append(Call(tuple(info.path.as_list()), told))
        outcome = self.world.outcome(Draw("told", self.world.seed, key, info.field_name), info.return_type, arguments)
        # The same delivery to both executors.
        draw = Draw("how", self.world.seed, key, info.field_name)
        return Delivery(draw, self.begun).deliver(outcome)

    def never_awaited(self) -> int:
        """How much nobody began to await; coroutines are closed then, for they would say so when they are collected."""
        begun = self.begun or []
        left = [each for each in begun if not isinstance(each, Awaitable) and getcoroutinestate(each) == CORO_CREATED]
        for each in left:
            each.close()
        return len(left) + sum(isinstance(each, Awaitable) and not each.begun for each in begun)


def method_of(key: Key) -> Callable[..., Any]:
    """What a source value holds that is called: graphql-core's default resolver does so."""

    def method(info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        return info.context.answer(key, info, arguments)

    return method


def resolve(source: object, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """What a field's resolver does, where it has one."""
    return info.context.answer(identity(source), info, arguments)

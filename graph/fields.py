"""The four kinds of field, and the register of records.

- attribute: what the record has under the same name.
- join: what a loader finds under a key that the record has (`joined`, `joined_many`).
- connection: a page of what hangs from the record (`connected`): loader, key, page arguments.
- method: a plain function of record, context and arguments, for the rest and for root fields.

The kind stands in the field's metadata, where an executor and the lint of the checks find it.
"""

import inspect
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine
from dataclasses import MISSING, dataclass
from enum import Enum
from functools import wraps
from types import NoneType
from typing import Annotated, Any, Final, TypeVar, get_args

import strawberry
from graphql import GraphQLField
from strawberry import UNSET
from strawberry.types import Info
from strawberry.utils.str_converters import to_camel_case

from resolvers.errors import Refused
from resolvers.loaders import Loader
from resolvers.paging import Position, page_arguments

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

KIND: Final = "homeroom-kind"
LENGTH: Final = "homeroom-length"


@dataclass(frozen=True, slots=True)
class Attribute:
    """The record's attribute of the field's Python name."""


@dataclass(frozen=True, slots=True)
class Join:
    """One load of `loader` under the record's attribute `key`; a null key joins nothing.

    With `take` the field is that attribute of what was found.
    """

    loader: Loader[Any, Any]
    key: str
    take: str | None = None


@dataclass(frozen=True, slots=True)
class JoinMany:
    """A load of `loader` for each key of the record's attribute `keys`, in their order."""

    loader: Loader[Any, Any]
    keys: str


@dataclass(frozen=True, slots=True)
class Connection:
    """One load of `loader` under (the record's attribute `key`, page arguments)."""

    loader: Loader[Any, Any]
    key: str
    position: Position
    newest_by_default: bool


@dataclass(frozen=True, slots=True)
class Method:
    """`function(record, context, **arguments)`; `shared` where it answers all viewers alike."""

    function: Callable[..., Any]
    shared: bool = False


Kind = Attribute | Join | JoinMany | Connection | Method

RECORDS: Final[dict[object, type]] = {}
"""Record class, or (record class, discriminator), to GraphQL type: what the abstract types are resolved by."""

SOURCES: Final[dict[type, type]] = {}
"""GraphQL type to the record that its fields read."""


def object_type(record: type, *, description: str) -> Callable[[type[T]], type[T]]:
    """Makes a GraphQL type of a class whose source values are `record`s, and which no abstract type has."""

    def decorate(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, description=description)
        SOURCES[made] = record
        return made

    return decorate


def node_type(record: type, *, description: str, kind: object = None) -> Callable[[type[T]], type[T]]:
    """As `object_type`, and found again behind interfaces and unions by its record.

    Where one record has several types, `kind` is the value of the record's attribute `kind` that means this one.
    """
    key: object = record if kind is None else (record, kind)

    def decorate(cls: type[T]) -> type[T]:
        if key in RECORDS:
            raise TypeError(f"{key} has a GraphQL type already: {RECORDS[key].__name__}")

        def is_type_of(_: type, value: object, __: object) -> bool:
            return type(value) is record and (kind is None or getattr(value, "kind", None) is kind)

        cls.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined] # Strawberry's hook
        RECORDS[key] = made = object_type(record, description=description)(cls)
        return made

    return decorate


def enum_type(cls: type[E], *, description: str, values: dict[E, str], name: str | None = None) -> type[E]:
    """Makes a GraphQL enum of a record's enum, with a description for each value."""
    made = strawberry.enum(cls, description=description, name=name)
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined] # set by the line above
        value.description = values[cls(value.value)]
    return made


def length_of(field: GraphQLField) -> int | None:
    """For how many a plain list counts in what an operation costs; None where the field says nothing of it."""
    definition = field.extensions.get("strawberry-definition")
    return None if definition is None else definition.metadata.get(LENGTH)


def attribute(description: str, default: Any = MISSING, length: int | None = None) -> Any:
    """`default` is for types that are made by name, as payloads are.

    Whatever gives a plain list of things with fields says, as `length`, for how many of them it counts in the cost of
    an operation: its bound, or what one commonly has where that is far below.
    """
    return strawberry.field(description=description, default=default, metadata={KIND: Attribute(), LENGTH: length})


def joined(
    loader: Loader[Any, Any], *, key: str, description: str, length: int | None = None, take: str | None = None
) -> Any:
    async def resolve(root: Any, info: Info) -> Any:
        value = getattr(root, key)
        found = None if value is None else await info.context.loaders.load(loader, value)
        return found if take is None or found is None else getattr(found, take)

    return strawberry.field(
        resolver=resolve, description=description, metadata={KIND: Join(loader, key, take), LENGTH: length}
    )


def joined_many(loader: Loader[Any, Any], *, keys: str, description: str, length: int) -> Any:
    def resolve(root: Any, info: Info) -> Any:
        return info.context.loaders.load_many(loader, getattr(root, keys))

    metadata = {KIND: JoinMany(loader, keys), LENGTH: length}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


First = Annotated[int | None, strawberry.argument(description="How many from the start of the range; at most 100.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end of the range; at most 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


def connected(
    loader: Loader[Any, Any], *, key: str, position: Position, description: str, newest_by_default: bool = False
) -> Any:
    def resolve(
        root: Any, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Any:
        arguments = page_arguments(
            _given(first),
            _given(after),
            _given(last),
            _given(before),
            position=lambda cursor: position(root, cursor),
            newest_by_default=newest_by_default,
        )
        return info.context.loaders.load(loader, (getattr(root, key), arguments))

    kind = Connection(loader, key, position, newest_by_default)
    return strawberry.field(resolver=resolve, description=description, metadata={KIND: kind})


def method(
    graphql_type: object, *, description: str, length: int | None = None, shared: bool = False
) -> Callable[[Callable[..., Any]], Any]:
    """Makes a field of `function(record, context, **arguments)`; the arguments are the field's.

    One that is `shared` must not ask who the viewer is: it is answered once for all listeners to a room.

    The function's own annotation says which record it gives, `graphql_type` how the schema shows it.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        def resolve(root: Any, info: Info, **arguments: Any) -> Any:
            return function(root, info.context, **arguments)

        return strawberry.field(
            resolver=_with_signature_of(function, resolve, graphql_type),
            description=description,
            metadata={KIND: Method(function, shared), LENGTH: length},
        )

    return decorate


def mutation(*, description: str) -> Callable[[Callable[..., Coroutine[Any, Any, Any]]], Any]:
    """A root field that changes something: it begins with loaders of its own, and what hangs from it uses them.

    Once begun it is not cancelled, neither by a client that goes away nor by the limit of execution. It is counted
    first; one too many costs nothing else.
    """

    def decorate(function: Callable[..., Coroutine[Any, Any, Any]]) -> Any:
        answer = inspect.signature(function).return_annotation
        payload = next(each for each in get_args(answer) if each is not NoneType)

        name = to_camel_case(function.__name__)

        async def change(root: Any, context: Any, **arguments: Any) -> Any:
            context.loaders.forget()
            if context.viewer is not None:
                try:
                    await context.services.limits.count(context.viewer.user_id, context.caller.address, name)
                except Refused as refused:
                    return payload(user_errors=list(refused.problems))
            return await context.services.work.finish(function(root, context, **arguments))

        async def resolve(root: Any, info: Info, **arguments: Any) -> Any:
            return await change(root, info.context, **arguments)

        return strawberry.mutation(
            resolver=_with_signature_of(function, resolve, answer),
            description=description,
            metadata={KIND: Method(change)},
        )

    return decorate


def subscription(graphql_type: object, *, description: str) -> Callable[[Callable[..., AsyncIterable[Any]]], Any]:
    """A root field that gives one value an event."""

    def decorate(function: Callable[..., AsyncIterable[Any]]) -> Any:
        def resolve(root: Any, info: Info, **arguments: Any) -> AsyncIterable[Any]:
            return function(root, info.context, **arguments)

        return strawberry.subscription(
            resolver=_with_signature_of(function, resolve, AsyncGenerator[graphql_type, None]),  # type: ignore[valid-type] # a value, as Strawberry takes it
            description=description,
            metadata={KIND: Method(function)},
        )

    return decorate


def _given(argument: T) -> T | None:
    return None if argument is UNSET else argument


def _with_signature_of(
    function: Callable[..., Any], resolve: Callable[..., Any], graphql_type: object
) -> Callable[..., Any]:
    """`resolve` as Strawberry is to see it: `function`'s arguments, with Strawberry's info in the context's place."""
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(name="root", annotation=inspect.Parameter.empty)
        if position == 0
        else parameter.replace(name="info", annotation=Info)
        if position == 1
        else parameter
        for position, parameter in enumerate(signature.parameters.values())
    ]
    resolve = wraps(function)(resolve)
    resolve.__signature__ = signature.replace(parameters=parameters, return_annotation=graphql_type)  # type: ignore[attr-defined] # read by inspect
    resolve.__annotations__ = {
        **{parameter.name: parameter.annotation for parameter in parameters[1:]},
        "return": graphql_type,
    }
    return resolve

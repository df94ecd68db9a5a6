"""What the checks hold of the schema: `python -m graph.lint` prints what is wrong, and fails if anything is.

- `schema.graphql` is what the code says.
- Everything in the schema has a description.
- Every field is of one of the four kinds of `graph/fields.py`, and what it reads is there.
- Every type behind an interface or a union is registered with its record.
- A list of things with fields says for how many it counts in the cost of an operation.
"""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    specified_directives,
)

from graph.fields import KIND, RECORDS, SOURCES, Attribute, Connection, Join, JoinMany, Method, length_of
from graph.limits import KEY_LISTS
from graph.schema import core_schema, printed

SCHEMA_FILE: Final = Path(__file__).parent.parent / "schema.graphql"


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    """The coordinates of everything in the schema that has no description."""
    for named in _own_types(schema):
        if not named.description:
            yield named.name
        if isinstance(named, GraphQLEnumType):
            yield from (f"{named.name}.{name}" for name, value in named.values.items() if not value.description)
        elif isinstance(named, GraphQLInputObjectType):
            yield from (f"{named.name}.{name}" for name, field in named.fields.items() if not field.description)
        elif isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in named.fields.items():
                if not field.description:
                    yield f"{named.name}.{name}"
                yield from (f"{named.name}.{name}({arg}:)" for arg, it in field.args.items() if not it.description)
    yield from (
        f"@{directive.name}"
        for directive in schema.directives
        if directive not in specified_directives and not directive.description
    )


def unkind(schema: GraphQLSchema) -> Iterator[str]:
    """What is wrong with the kinds of fields and the register of records."""
    for named in _own_types(schema):
        if not isinstance(named, GraphQLObjectType):
            continue
        definition = named.extensions["strawberry-definition"]
        source = SOURCES.get(definition.origin, definition.origin)
        if named.interfaces and not _made_by_name(source) and definition.origin not in RECORDS.values():
            yield f"{named.name} is behind an interface but not registered by @node_type"
        for field in definition.fields:
            problem = _field_problem(field, source)
            if problem:
                yield f"{named.name}.{field.python_name} {problem}"


def lengthless(schema: GraphQLSchema) -> Iterator[str]:
    """The coordinates of lists that would count as one thing, however many they give.

    The edges of a connection are counted by its page size, what is looked up by a list of ids by that list.
    """
    for named in _own_types(schema):
        if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType) or named.name.endswith("Connection"):
            continue
        for name, field in named.fields.items():
            listed = is_list_type(get_nullable_type(field.type)) and is_composite_type(get_named_type(field.type))
            if listed and not set(KEY_LISTS) & field.args.keys() and length_of(field) is None:
                yield f"{named.name}.{name}"


def _field_problem(field: Any, source: type) -> str | None:
    match field.metadata.get(KIND):
        case Attribute():
            name = field.python_name
        case Join(key=name) | JoinMany(keys=name) | Connection(key=name):
            pass
        case Method():
            name = None
        case _:
            return "is of none of the four kinds: use attribute, joined, joined_many, connected or method"
    if field.permission_classes or field.extensions:
        return "has a permission class or an extension: use a loader and permissions.py"
    return f"reads {source.__name__}.{name}, which is not there" if name and name not in _names(source) else None


def _names(source: type) -> set[str]:
    return {field.name for field in dataclasses.fields(source)} | {
        name for name in dir(source) if isinstance(getattr(source, name), property)
    }


def _made_by_name(source: type) -> bool:
    """Payloads are their own source: their class says their type."""
    return source not in set(SOURCES.values())


def _own_types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    builtin = {"String", "Int", "Float", "Boolean", "ID"}
    return (it for name, it in schema.type_map.items() if not name.startswith("__") and name not in builtin)


def problems() -> list[str]:
    schema = core_schema()
    found = [f"{coordinate} has no description" for coordinate in undescribed(schema)]
    found += unkind(schema)
    found += [f"{coordinate} is a list that does not say its length" for coordinate in lengthless(schema)]
    if not SCHEMA_FILE.exists() or SCHEMA_FILE.read_text(encoding="utf-8") != printed():
        found.append("schema.graphql is not what the code says: run `homeroom export-schema`")
    return found


if __name__ == "__main__":
    found = problems()
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    sys.exit(1 if found else 0)

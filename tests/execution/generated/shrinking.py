"""Smaller documents that still fail: a selection, a directive, an argument, a fragment, an operation less at a time."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from graphql import DocumentNode, GraphQLSchema, Node, validate

PARTS: Final = ("definitions", "selections", "directives", "arguments", "variable_definitions")
NEVER_EMPTY: Final = ("definitions", "selections")


async def smaller(
    schema: GraphQLSchema, document: DocumentNode, fails: Callable[[DocumentNode], Awaitable[bool]]
) -> DocumentNode:
    """The document without whatever can be left out so that it is valid and fails."""
    shrunk = True
    while shrunk:
        shrunk = False
        for candidate in _without_one(document):
            if not validate(schema, candidate, max_errors=1) and await fails(candidate):
                document, shrunk = candidate, True
                break
    return document


def _without_one(node: Any) -> Iterator[Any]:
    """The node with one of its parts, or of theirs, left out: the larger ones first."""
    for name in PARTS:
        parts = getattr(node, name, None) or ()
        # A selection set and a document have something in them.
        if len(parts) == 1 and name in NEVER_EMPTY:
            continue
        for position in range(len(parts)):
            yield _with(node, name, (*parts[:position], *parts[position + 1 :]))
    for name in (*PARTS, "selection_set"):
        held = getattr(node, name, None)
        if isinstance(held, Node):
            yield from (_with(node, name, each) for each in _without_one(held))
        for position, part in enumerate(held if isinstance(held, tuple | list) else ()):
            for each in _without_one(part):
                yield _with(node, name, (*held[:position], each, *held[position + 1 :]))  # type: ignore[index] # a part came of it


def _with(node: Any, name: str, value: Any) -> Any:
    return replace(node, **{name: value})

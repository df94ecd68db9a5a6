"""Section 6.3, "Executing Selection Sets": which fields are collected, in which order, and how they are merged."""

from typing import Any

import pytest

from tests.execution.specification.answering import data_of, schema_of

SCHEMA = """
  interface Node { id: Int }
  type A implements Node { id: Int, a: Int, next: Node, self: A, all: [Node] }
  type B implements Node { id: Int, b: Int, next: Node }
  union Both = A | B
  type Query { a: Int b: Int c: Int node: Node both: Both nodes: [Node!] object: A }
"""


def of(name: str, **more: Any) -> dict[str, Any]:
    return {"__typename": name, "id": 1, "a": 2, "b": 3, **more}


async def ordered(document: str, root: dict[str, Any] | None = None, **variables: Any) -> list[str]:
    found = await data_of(
        SCHEMA, document, root or {"a": 1, "b": 2, "c": 3, "object": of("A", self=of("A"))}, **variables
    )
    return list(found)


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ("{ a b c }", ["a", "b", "c"]),
        ("{ c b a c }", ["c", "b", "a"]),
        # The specification's examples of order
        ("{ a ...F ...{ b } c } fragment F on Query { x: a y: b }", ["a", "x", "y", "b", "c"]),
        ("{ a ...F a c } fragment F on Query { b a }", ["a", "b", "c"]),
        ("{ a ...F ...M b } fragment M on Query { b } fragment F on Query { x: c ...M }", ["a", "x", "b"]),
        ("{ a @skip(if: true) b a }", ["b", "a"]),
        ("{ ...F @skip(if: true) b ...F } fragment F on Query { a }", ["b", "a"]),
        ("{ ... @include(if: false) { a } b ... @include(if: true) { a } }", ["b", "a"]),
    ],
)
async def test_fields_are_in_the_order_in_which_they_are_first_met(document: str, keys: list[str]) -> None:
    assert await ordered(document) == keys


@pytest.mark.parametrize(
    ("skip", "include", "there"),
    [(False, True, True), (True, True, False), (False, False, False), (True, False, False)],
)
async def test_skip_wins_over_include(skip: bool, include: bool, there: bool) -> None:
    document = "query ($s: Boolean!, $i: Boolean!) { b a @skip(if: $s) @include(if: $i) }"
    assert ("a" in await ordered(document, s=skip, i=include)) is there


async def test_one_document_is_collected_anew_for_each_set_of_variables() -> None:
    document = "query ($s: Boolean! = true) { b a @skip(if: $s) }"
    assert await ordered(document) == ["b"]
    assert await ordered(document, s=False) == ["b", "a"]


async def test_everything_skipped_leaves_an_empty_object() -> None:
    assert await data_of(SCHEMA, "{ a @skip(if: true) }", {}) == {}
    assert await data_of(SCHEMA, "{ object { id @include(if: false) } }", {"object": of("A")}) == {"object": {}}


async def test_a_fragment_applies_where_the_object_is_of_its_type() -> None:
    root = {"nodes": [of("A"), of("B")]}
    document = "{ nodes { ... on A { a } ... on B { b } ... on Node { id } ... on Both { __typename } ... { i: id } } }"
    assert await data_of(SCHEMA, document, root) == {
        "nodes": [{"a": 2, "id": 1, "__typename": "A", "i": 1}, {"b": 3, "id": 1, "__typename": "B", "i": 1}]
    }


async def test_the_order_of_keys_is_that_of_each_objects_own_selection() -> None:
    root = {"nodes": [of("A"), of("B")]}
    document = "{ nodes { ... on A { a id } ... on B { id b } x: id } }"
    found = (await data_of(SCHEMA, document, root))["nodes"]
    assert [list(each) for each in found] == [["a", "id", "x"], ["id", "b", "x"]]


async def test_the_selections_of_merged_fields_are_merged() -> None:
    root = {"object": of("A", self=of("A"))}
    document = (
        "{ object { id self { id } } ...F object { self { a } } } fragment F on Query { object { self { x: a } } }"
    )
    assert await data_of(SCHEMA, document, root) == {"object": {"id": 1, "self": {"id": 1, "x": 2, "a": 2}}}


async def test_merged_fields_are_resolved_once() -> None:
    calls: list[list[str]] = []

    def resolve(_: object, info: Any) -> dict[str, Any]:
        calls.append([str(node.loc.start) for node in info.field_nodes])
        return of("A")

    schema = schema_of(SCHEMA, Query_object=resolve)
    document = "{ object { id } ...F object { b: a } } fragment F on Query { object { a } }"
    assert await data_of(schema, document) == {"object": {"id": 1, "a": 2, "b": 2}}
    assert len(calls) == 2  # once by each executor
    assert calls[0] == calls[1]
    assert len(calls[0]) == 3


async def test_aliases_of_one_field_are_fields_of_their_own() -> None:
    assert await data_of(SCHEMA, "{ x: a y: a a }", {"a": 1}) == {"x": 1, "y": 1, "a": 1}


async def test_typename_is_a_field_like_any_other() -> None:
    root = {"both": of("B"), "object": of("A")}
    document = "{ __typename kind: __typename both { __typename } object { t: __typename __typename } }"
    assert await data_of(SCHEMA, document, root) == {
        "__typename": "Query",
        "kind": "Query",
        "both": {"__typename": "B"},
        "object": {"t": "A", "__typename": "A"},
    }

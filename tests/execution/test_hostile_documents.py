"""Documents made to be large when they are compiled: what is generated stays within a bound, counted and not timed."""

from typing import Any

import pytest
from graphql import GraphQLError, build_schema, parse

from graph.execution import plan
from graph.execution.compiler import GENERATED_MAXIMUM, VARIANTS_MAXIMUM, compile_operation
from tests.execution.executors import Request, by_graphql_core

SCHEMA = build_schema("""
  interface Node { id: Int, next: Node, other: Node, items: [Node], text(of: Int, where: [[Int]]): String }
  type A implements Node { id: Int, next: Node, other: Node, items: [Node], text(of: Int, where: [[Int]]): String }
  type B implements Node { id: Int, next: Node, other: Node, items: [Node], text(of: Int, where: [[Int]]): String }
  type Query { node: Node, next: Node, items: [Node], id: Int }
""")
TOKENS = 1_000
SOURCE_MAXIMUM = 200_000
LEVELS_MAXIMUM = 1_000


def things(depth: int) -> dict[str, Any]:
    """Objects of both types, one within the other, that deep."""
    found: dict[str, Any] = {"__typename": "A", "id": 0, "text": "x"}
    for number in range(depth):
        other = {**found, "__typename": "AB"[number % 2]}
        found = {
            "__typename": "BA"[number % 2],
            "id": number,
            "text": "x",
            "next": other,
            "other": found,
            "items": [found, other],
        }
    return {"node": found, "next": found, "items": [found], "id": 1}


def doubling(times: int) -> str:
    """Each fragment spreads the next one twice: 2 ** times fields, were they not merged."""
    fragments = [f"fragment F{n} on Node {{ ...F{n + 1} next {{ ...F{n + 1} }} }}" for n in range(times)]
    return "\n".join(["{ node { ...F0 } }", *fragments, f"fragment F{times} on Node {{ id }}"])


def branching(times: int) -> str:
    """As that, and under keys of their own, so that nothing is merged: 2 ** times levels."""
    fragments = [
        f"fragment F{n} on Node {{ a{n}: next {{ ...F{n + 1} }} b{n}: next {{ ...F{n + 1} }} }}" for n in range(times)
    ]
    return "\n".join(["{ node { ...F0 } }", *fragments, f"fragment F{times} on Node {{ id }}"])


def remembering(times: int) -> str:
    """Whether an object on the way was an `A` decides what is selected at the end, for each of them by itself."""
    texts = [f"fragment R{times} on Node {{ id }}", *(f"fragment C{times}_{n} on Node {{ id }}" for n in range(times))]
    for depth in range(times):
        on = f"... on A {{ n: next {{ ...C{depth + 1}_{depth} }} }}"
        texts.append(f"fragment R{depth} on Node {{ {on} n: next {{ ...R{depth + 1} }} }}")
        texts += [f"fragment C{depth}_{n} on Node {{ n: next {{ ...C{depth + 1}_{n} }} }}" for n in range(depth)]
    return "\n".join(["{ items { ...R0 } }", *texts])


def of_all_types(depth: int) -> list[dict[str, Any]]:
    """Objects whose ways are of all sequences of types."""
    if depth == 0:
        return [{"__typename": "A", "id": 1}]
    return [{"__typename": name, "next": each} for name in "AB" for each in of_all_types(depth - 1)]


HOSTILE = {
    "wide": "{ node {" + " ".join(f"k{n}: id" for n in range(300)) + " } }",
    "merged": "{" + " node { next { id } }" * 140 + "}",
    "merged deep": "{" + " node { next { next { next { next { next { id } } } } } }" * 50 + "}",
    "spread again": "{ node { " + "...F " * 490 + "} } fragment F on Node { id next { id } }",
    "inline": "{ node { " + "... on Node { id } " * 165 + "} }",
    "nested inline": "{ node { " + "... on Node { " * 90 + "id" + " }" * 90 + " } }",
    "deep": "{ node " + "{ next " * 60 + "{ id }" + " }" * 60 + " }",
    "types": "{ node { " + "... on A { next { id } } ... on B { next { id } } " * 55 + "} }",
    "arguments": "{ node { " + " ".join(f"k{n}: text(of: {n}, where: [[1, 2], 3])" for n in range(55)) + " } }",
    "conditions": "query ("
    + " ".join(f"$v{n}: Boolean!" for n in range(60))
    + ") { node { "
    + " ".join(f"k{n}: id @include(if: $v{n})" for n in range(60))
    + " } }",
    "doubling": doubling(30),
}


def executed_with(name: str) -> dict[str, Any]:
    return {f"v{n}": n % 2 == 0 for n in range(60)} if name == "conditions" else {}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_generated_is_bounded_by_the_document(name: str) -> None:
    """For documents of some thousand tokens, which is as many as are let in."""
    document = parse(HOSTILE[name])
    assert document.token_count <= TOKENS * 1.1
    variables = executed_with(name)
    root = things(8)
    operation = compile_operation(SCHEMA, document)
    result = await operation.execute(root, None, variables)
    assert len(operation.source) <= SOURCE_MAXIMUM
    assert operation.source.count("def ") <= LEVELS_MAXIMUM
    expected = await by_graphql_core(Request(SCHEMA, document, None, root, variables))
    assert repr(result.data) == expected.data
    assert result.errors is None


@pytest.mark.parametrize("name", HOSTILE)
async def test_executing_again_generates_nothing_more(name: str) -> None:
    operation = compile_operation(SCHEMA, parse(HOSTILE[name]))
    variables = executed_with(name)
    await operation.execute(things(4), None, variables)
    once = operation.source
    await operation.execute(things(4), None, variables)
    assert operation.source == once


async def test_a_level_that_no_data_reaches_costs_nothing() -> None:
    operation = compile_operation(SCHEMA, parse(branching(40)))
    result = await operation.execute({"node": {"__typename": "A"}})
    assert result.data == {"node": {"a0": None, "b0": None}}
    assert operation.source.count("def ") == 2


async def test_a_selection_that_several_fragments_lead_to_is_compiled_once() -> None:
    operation = compile_operation(SCHEMA, parse(branching(8)))
    result = await operation.execute(things(9))
    assert str(result.data).count("'id'") == 2**8
    assert operation.source.count("def ") <= 2 * 2 * 8 + 2


@pytest.mark.parametrize("depth", [3, 8])
async def test_types_on_the_way_that_make_ever_more_selections_are_answered_within_a_bound(depth: int) -> None:
    """Which fields are merged depends on the types that led there: 2 ** depth groups in depth ** 2 tokens."""
    document, root = parse(remembering(depth)), {"items": of_all_types(depth)}
    operation = compile_operation(SCHEMA, document)
    result = await operation.execute(root)
    assert repr(result.data) == (await by_graphql_core(Request(SCHEMA, document, None, root))).data
    assert operation.source.count("def ") <= GENERATED_MAXIMUM + 1


async def test_past_another_bound_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "FIELDS_MAXIMUM", 300)
    operation = compile_operation(SCHEMA, parse(remembering(8)))
    for _ in range(2):
        result = await operation.execute({"items": of_all_types(8)})
        assert result.errors
        assert "more than 300 fields" in result.errors[0].message
    assert operation.source.count("def ") <= GENERATED_MAXIMUM + 1


async def test_variants_of_an_operation_are_bounded() -> None:
    """Each set of conditions is compiled by itself; few of them are kept."""
    operation = compile_operation(SCHEMA, parse(HOSTILE["conditions"]))
    sizes = []
    for number in range(40):
        result = await operation.execute(things(2), None, {f"v{n}": (number >> n) % 2 == 1 for n in range(60)})
        assert result.data is not None
        assert list(result.data["node"]) == [f"k{n}" for n in range(60) if (number >> n) % 2]
        sizes.append(operation.source.count("def "))
    assert max(sizes) <= 2 * VARIANTS_MAXIMUM
    assert sizes[-1] == sizes[-2] == max(sizes)


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename @include(if: true) }",
        "{ k: id }",
        "{ node { text(of: 1) } }",
    ],
)
async def test_the_documents_own_text_is_nowhere_in_the_generated_code_but_as_text(text: str) -> None:
    operation = compile_operation(SCHEMA, parse(text))
    await operation.execute(things(2))
    compile(operation.source, "generated", "exec")


@pytest.mark.parametrize(
    "key", ["o", "run", "items", "outs", "places", "level", "v", "r", "class", "None", "__import__", "_"]
)
async def test_any_response_key_can_be_asked_for(key: str) -> None:
    """Names of Python's, and of the generated function's own."""
    document = parse(f"{{ {key}: id node {{ {key}: id }} }}")
    operation = compile_operation(SCHEMA, document)
    assert (await operation.execute(things(1))).data == {key: 1, "node": {key: 0}}


async def test_a_directive_whose_argument_cannot_be_had_is_an_error_and_no_crash() -> None:
    """Not valid, and yet graphql-core answers."""
    document = parse("query ($v: Boolean) { id @include(if: $v) node { id @skip(if: $v) } }")
    result = await compile_operation(SCHEMA, document).execute(things(1))
    expected = await by_graphql_core(Request(SCHEMA, document, None, things(1)))
    assert expected.errors is not None
    assert result.errors is not None
    assert all(isinstance(each, GraphQLError) for each in result.errors)
    assert (repr(result.data), [each.message for each in result.errors]) == (
        expected.data,
        [each.message for each in expected.errors],
    )

"""One compiled operation, executed many times, for many, and looked at before: it keeps nothing of what it answered."""

import asyncio
from typing import Any

import pytest
from graphql import build_schema, parse

from graph.execution.compiler import compile_operation
from graph.execution.explaining import Explanation
from tests.execution.executors import Request, by_compiled, by_graphql_core, same
from tests.execution.specification.answering import answered, schema_of

SCHEMA = """
  interface Node { id: Int }
  type A implements Node { id: Int, next: Node }
  type B implements Node { id: Int, next: Node, value(of: [Int], where: Where): String }
  input Where { at: Int = 1, list: [Int] = [1] }
  type Query { node: Node, nodes: [Node], value(of: [Int], where: Where): String, number(of: Int): Int }
  type Mutation { first: Int, second: Int }
"""


async def echo(_: object, __: object, **arguments: Any) -> str:
    await asyncio.sleep(0)
    return repr(arguments)


async def test_one_operation_answers_many_at_once_each_with_its_own_variables() -> None:
    schema = schema_of(SCHEMA, Query_value=echo)
    operation = compile_operation(
        schema, parse("query ($n: [Int], $s: Boolean = false) { value(of: $n) node @skip(if: $s) { id } }")
    )

    async def ask(number: int) -> Any:
        root = {"node": {"__typename": "AB"[number % 2], "id": number}}
        return (await operation.execute(root, None, {"n": number, "s": number % 3 == 0})).data

    answers = await asyncio.gather(*(ask(number) for number in range(30)))
    for number, data in enumerate(answers):
        node = {} if number % 3 == 0 else {"node": {"id": number}}
        assert data == {"value": f"{{'of': [{number}]}}", **node}


async def test_an_answer_that_is_changed_changes_no_other() -> None:
    operation = compile_operation(build_schema(SCHEMA), parse("{ __typename nodes { __typename id } }"))
    root = {"nodes": [{"__typename": "A", "id": 1}]}
    first: Any = (await operation.execute(root)).data
    first["nodes"][0]["id"] = "changed"
    first["nodes"].append("more")
    assert (await operation.execute(root)).data == {"__typename": "Query", "nodes": [{"__typename": "A", "id": 1}]}
    assert root == {"nodes": [{"__typename": "A", "id": 1}]}


@pytest.mark.parametrize("call", ["value(of: [1])", "value(where: {list: [1]})", "value(where: {at: 2, list: 1})"])
async def test_an_argument_that_a_resolver_changes_is_changed_for_itself_alone(call: str) -> None:
    def spoil(_: object, __: object, of: list[int] | None = None, where: dict[str, Any] | None = None) -> str:
        found = repr((of, where))
        if of is not None:
            of.append(99)
        if where is not None:
            where["spoiled"] = True
        return found

    schema = schema_of(SCHEMA, Query_value=spoil, B_value=spoil)
    document = parse(f"{{ {call} nodes {{ ... on B {{ {call} }} }} }}")
    operation = compile_operation(schema, document)
    root = {"nodes": [{"__typename": "B"}, {"__typename": "B"}]}
    expected = await by_graphql_core(Request(schema, document, None, root))
    for _ in range(2):
        assert repr((await operation.execute(root)).data) == expected.data


@pytest.mark.parametrize("document", ["mutation { first second }", "{ node { id } }"])
async def test_an_operation_that_was_explained_is_executed_as_ever(document: str) -> None:
    operation = compile_operation(build_schema(SCHEMA), parse(document))
    assert list(Explanation(operation.variant()).lines())
    root = {"first": 1, "second": 2, "node": {"__typename": "A", "id": 1}}
    data = (await operation.execute(root)).data
    assert data in ({"first": 1, "second": 2}, {"node": {"id": 1}})


async def test_type_checks_are_told_the_path_of_the_field() -> None:
    paths: list[list[str | int]] = []

    def is_a(value: Any, info: Any) -> bool:
        paths.append(info.path.as_list())
        return bool(value["__typename"] == "A")

    schema = build_schema(SCHEMA)
    schema.type_map["A"].is_type_of = is_a  # type: ignore[attr-defined] # an object type
    root = {"nodes": [{"__typename": "A", "next": {"__typename": "A", "id": 1}}]}
    request = Request(schema, parse("{ nodes { ... on A { next { id } } } }"), None, root)
    await by_graphql_core(request)
    expected, paths = paths, []
    await by_compiled(request)
    assert paths == expected == [["nodes"], ["nodes", 0, "next"]]


async def test_what_is_awaited_is_awaited_once() -> None:
    """An awaitable that gives another is not what the field's type says."""

    async def twice(_: object, __: object) -> Any:
        later = asyncio.get_running_loop().create_future()
        later.set_result(1)
        return later

    answer = await answered(schema_of(SCHEMA, Query_number=twice), "{ number }")
    assert answer["data"] == {"number": None}
    assert answer["errors"][0]["message"].startswith("Int cannot represent non-integer value: <Future")


async def test_info_is_what_graphql_core_passes() -> None:
    seen: list[dict[str, Any]] = []

    def look(source: Any, info: Any, **arguments: Any) -> str:
        seen.append(
            {
                "source": source,
                "arguments": arguments,
                "field_name": info.field_name,
                "field_nodes": info.field_nodes,
                "return_type": info.return_type,
                "parent_type": info.parent_type,
                "path": info.path.as_list(),
                "typenames": [info.path.typename, info.path.prev and info.path.prev.typename],
                "schema": info.schema,
                "fragments": info.fragments,
                "root_value": info.root_value,
                "operation": info.operation,
                "variables": info.variable_values.coerced,
                "sources": set(info.variable_values.sources),
                "context": info.context,
                "awaitable": info.is_awaitable(asyncio.sleep),
            }
        )
        return "x"

    schema = schema_of(SCHEMA, Query_value=look, B_value=look)
    document = parse(
        "query Q($n: [Int] = 3, $m: Int) { value(of: $n) nodes { ...F } ...G } "
        "fragment F on B { v: value(where: {at: $m}) } fragment G on Query { value(of: $n) }"
    )
    root = {"nodes": [{"__typename": "B"}]}
    await same(Request(schema, document, "Q", root, {"m": 4}), context=object.__new__(object))
    assert len(seen) == 4
    for mine, theirs in zip(seen[2:], seen[:2], strict=True):
        assert mine == theirs


async def test_a_generator_that_raises_stop_is_no_end_of_anything() -> None:
    def stop(*_: Any) -> Any:
        raise StopIteration("stop")

    schema = schema_of(SCHEMA, Query_number=stop)
    answer = await answered(
        schema, "{ a: number nodes { id } b: number }", {"nodes": [{"__typename": "A", "id": stop}]}
    )
    assert answer["data"] == {"a": None, "nodes": [{"id": None}], "b": None}
    assert [each["message"] for each in answer["errors"]] == ["stop"] * 3

"""Section 6.4, "Executing Fields": coercing arguments, resolving values."""

from typing import Any

import pytest
from graphql import GraphQLError, Undefined

from tests.execution.specification.answering import answered, data_of, messages_of, schema_of

SCHEMA = """
  enum Colour { RED GREEN }
  scalar Any
  input Where { at: Int! = 5, name: String, deep: Where, all: [Int!] }
  input Choice @oneOf { a: Int, b: Where }
  type Query {
    plain(value: Int): String
    given(value: Int = 7): String
    strict(value: Int! = 7): String
    required(value: Int!): String
    list(value: [[Int]]): String
    where(value: Where = {at: 1}): String
    choice(value: Choice): String
    colour(value: Colour = RED): String
    any(value: Any): String
    many(a: Int = 1, b: Int, c: Int = 3, d: Int): String
    value: Int
  }
"""


def echo(_: object, __: object, **arguments: Any) -> str:
    return repr(arguments)


ECHOED = ("plain", "given", "strict", "required", "list", "where", "choice", "colour", "any", "many")
ECHO = schema_of(SCHEMA, **{f"Query_{name}": echo for name in ECHOED})


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("plain", "{}"),
        ("plain(value: null)", "{'value': None}"),
        ("given", "{'value': 7}"),
        ("given(value: null)", "{'value': None}"),
        ("given(value: 1)", "{'value': 1}"),
        ("strict", "{'value': 7}"),
        ("list(value: 1)", "{'value': [[1]]}"),
        ("list(value: [1, [2], null])", "{'value': [[1], [2], None]}"),
        ("where", "{'value': {'at': 1}}"),
        ("where(value: {})", "{'value': {'at': 5}}"),
        (
            "where(value: {deep: {name: null}, all: 1})",
            "{'value': {'at': 5, 'deep': {'at': 5, 'name': None}, 'all': [1]}}",
        ),
        ("choice(value: {b: {}})", "{'value': {'b': {'at': 5}}}"),
        ("colour", "{'value': 'RED'}"),
        ("any(value: {a: [1, $v, RED]})", "{'value': {'a': [1, 4, 'RED']}}"),
        ("many(d: 4, b: $v)", "{'a': 1, 'b': 4, 'c': 3, 'd': 4}"),
        ("many(c: $v, a: null)", "{'a': None, 'c': 4}"),
    ],
)
async def test_arguments_have_their_defaults_and_their_declared_order(call: str, found: str) -> None:
    head = "query ($v: Int)" if "$v" in call else ""
    (value,) = (await data_of(ECHO, f"{head} {{ {call} }}", v=4)).values()
    assert value == found


@pytest.mark.parametrize(
    ("call", "variables", "found"),
    [
        # The specification's table of variables in input objects
        ("where(value: {name: $s})", {}, "{'value': {'at': 5}}"),
        ("where(value: {name: $s})", {"s": None}, "{'value': {'at': 5, 'name': None}}"),
        ("where(value: {at: $n})", {}, "{'value': {'at': 5}}"),
        ("where(value: {at: $n})", {"n": 3}, "{'value': {'at': 3}}"),
        ("where(value: $w)", {}, "{'value': {'at': 1}}"),
        ("where(value: $w)", {"w": None}, "{'value': None}"),
        ("given(value: $n)", {}, "{'value': 7}"),
        ("given(value: $n)", {"n": None}, "{'value': None}"),
        ("plain(value: $n)", {}, "{}"),
        ("list(value: [[$n], $l])", {}, "{'value': [[None], None]}"),
        ("list(value: [$l])", {"l": 3}, "{'value': [[3]]}"),
    ],
)
async def test_a_variable_that_is_missing_is_not_a_null(call: str, variables: dict[str, Any], found: str) -> None:
    declared = {"$s": "String", "$n": "Int", "$w": "Where", "$l": "[Int]"}
    head = ", ".join(f"{name}: {type_}" for name, type_ in declared.items() if name in call)
    (value,) = (await data_of(ECHO, f"query ({head}) {{ {call} }}", **variables)).values()
    assert value == found


@pytest.mark.parametrize(("call", "type_"), [("strict(value: $n)", "Int"), ("where(value: {at: $n})", "Int")])
async def test_null_for_what_must_not_be_null_is_the_fields_error(call: str, type_: str) -> None:
    """A nullable variable may stand where there is a default; null then fails when the field is executed."""
    answer = await answered(ECHO, f"query ($n: {type_}) {{ call: {call} plain }}", None, {"n": None})
    assert answer["data"] == {"call": None, "plain": "{}"}
    assert answer["errors"][0]["path"] == ["call"]
    assert "Expected" in answer["errors"][0]["message"]


async def test_arguments_are_those_of_the_first_of_merged_fields() -> None:
    document = "query ($v: Int) { plain(value: $v) plain(value: $v) }"
    assert await data_of(ECHO, document, v=1) == {"plain": "{'value': 1}"}


async def test_what_one_call_does_to_its_arguments_no_other_sees() -> None:
    def spoil(_: object, __: object, value: list[Any]) -> str:
        value.append("spoiled")
        return str(len(value))

    schema = schema_of("type Query { items: [Query] count(value: [Int]): String }", Query_count=spoil)
    document = "{ items { count(value: [1]) } count(value: [1]) }"
    expected = {"items": [{"count": "2"}, {"count": "2"}], "count": "2"}
    for _ in range(2):
        assert await data_of(schema, document, {"items": [{}, {}]}) == expected


@pytest.mark.parametrize("value", [1, lambda _: 1])
async def test_a_value_is_read_from_a_mapping_or_an_attribute_and_called_if_it_can_be(value: Any) -> None:
    class Root:
        def __init__(self) -> None:
            self.value = value

    assert await data_of(SCHEMA, "{ value }", {"value": value}) == {"value": 1}
    assert await data_of(SCHEMA, "{ value }", Root()) == {"value": 1}


@pytest.mark.parametrize("root", [None, {}, object(), 5, {"value": None}, {"value": Undefined}])
async def test_what_is_not_there_is_null(root: Any) -> None:
    assert await data_of(SCHEMA, "{ value }", root) == {"value": None}


@pytest.mark.parametrize(
    "error",
    [ValueError("why"), GraphQLError("why"), StopIteration("why"), StopAsyncIteration("why"), RuntimeError("why")],
)
async def test_whatever_exception_a_resolver_raises_is_the_fields_error(error: Exception) -> None:
    def fail(_: object, __: object) -> None:
        raise error

    schema = schema_of(SCHEMA, Query_value=fail)
    assert await answered(schema, "{ value plain }") == {
        "data": {"value": None, "plain": None},
        "errors": [{"message": "why", "locations": [(1, 3)], "path": ["value"]}],
    }


async def test_a_property_that_raises_is_the_fields_error() -> None:
    class Root:
        @property
        def value(self) -> int:
            raise StopIteration("why")

    assert await messages_of(SCHEMA, "{ value }", Root()) == ["why"]


async def test_an_exception_that_is_returned_is_raised() -> None:
    schema = schema_of("type Query { value: Int values: [Int] }")
    root = {"value": ValueError("one"), "values": [1, ValueError("two")]}
    assert await answered(schema, "{ value values }", root) == {
        "data": {"value": None, "values": [1, None]},
        "errors": [
            {"message": "one", "locations": [(1, 3)], "path": ["value"]},
            {"message": "two", "locations": [(1, 9)], "path": ["values", 1]},
        ],
    }

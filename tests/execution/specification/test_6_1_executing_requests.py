"""Section 6.1, "Executing Requests", with "Coercing Variable Values"."""

from typing import Any

import pytest
from graphql import GraphQLError, parse

from graph.execution.compiler import compile_operation
from tests.execution.specification.answering import answered, data_of, schema_of

SCHEMA = """
  enum Colour { RED GREEN }
  input Where { size: Int! = 5, name: String, list: [Int!] }
  input Choice @oneOf { a: Int, b: String }
  type Query {
    int(value: Int): String
    list(value: [Int]): String
    strict(value: [Int!]!): String
    where(value: Where): String
    choice(value: Choice): String
    colour(value: Colour): String
    id(value: ID): String
    float(value: Float): String
    hello: String
  }
"""


def echo(_: object, __: object, **arguments: Any) -> str:
    return repr(arguments)


NAMES = ("int", "list", "strict", "where", "choice", "colour", "id", "float")
ECHO = schema_of(SCHEMA, **{f"Query_{name}": echo for name in NAMES})


async def given(field: str, type_: str, **variables: Any) -> Any:
    return (await data_of(ECHO, f"query ($v: {type_}) {{ {field}(value: $v) }}", **variables))[field]


async def refused(field: str, type_: str, **variables: Any) -> dict[str, Any]:
    answer = await answered(ECHO, f"query ($v: {type_}) {{ {field}(value: $v) }}", None, variables)
    assert answer["data"] is None
    first: dict[str, Any] = answer["errors"][0]
    return first


async def test_the_only_operation_needs_no_name() -> None:
    assert await data_of(ECHO, "query Named { hello }", {"hello": "x"}) == {"hello": "x"}


async def test_one_of_several_operations_is_chosen_by_its_name() -> None:
    document = "query A { a: hello } query B { b: hello }"
    assert await answered(ECHO, document, {"hello": 1}, operation="B") == {"data": {"b": "1"}}


@pytest.mark.parametrize(
    ("document", "name", "message"),
    [
        (
            "query A { hello } query B { hello }",
            None,
            "Must provide operation name if query contains multiple operations.",
        ),
        ("query A { hello }", "C", "Unknown operation named 'C'."),
        ("fragment F on Query { hello }", None, "Must provide an operation."),
    ],
)
def test_an_operation_that_is_not_there_is_a_request_error(document: str, name: str | None, message: str) -> None:
    with pytest.raises(GraphQLError) as raised:
        compile_operation(ECHO, parse(document), name)
    assert raised.value.message == message


async def test_a_variable_that_is_not_provided_is_not_among_the_arguments() -> None:
    assert await given("int", "Int") == "{}"


async def test_a_variable_that_is_null_is_null_among_the_arguments() -> None:
    assert await given("int", "Int", v=None) == "{'value': None}"


async def test_a_default_takes_the_place_of_what_is_not_provided_and_not_of_null() -> None:
    assert await given("int", "Int = 7") == "{'value': 7}"
    assert await given("int", "Int = 7", v=None) == "{'value': None}"


async def test_a_required_variable_must_be_provided() -> None:
    assert await refused("int", "Int!") == {
        "message": "Variable '$v' has invalid value: Expected a value of non-null type 'Int!' to be provided.",
        "locations": [(1, 8)],
    }


async def test_a_required_variable_must_not_be_null() -> None:
    assert (await refused("int", "Int!", v=None))["message"] == (
        "Variable '$v' has invalid value: Expected value of non-null type 'Int!' not to be None."
    )


@pytest.mark.parametrize("value", ["1", 1.5, True, 2**31, -(2**31) - 1, [1], {}, float("nan")])
async def test_an_int_accepts_only_whole_numbers_of_32_bits(value: Any) -> None:
    assert "Variable '$v' has invalid value: Int cannot represent" in (await refused("int", "Int", v=value))["message"]


@pytest.mark.parametrize(("value", "found"), [(1.0, "1"), (2**31 - 1, "2147483647"), (-(2**31), "-2147483648")])
async def test_an_int_accepts_what_is_one(value: Any, found: str) -> None:
    assert await given("int", "Int", v=value) == f"{{'value': {found}}}"


async def test_a_float_accepts_an_int_and_an_id_accepts_either() -> None:
    assert await given("float", "Float", v=1) == "{'value': 1.0}"
    assert await given("id", "ID", v=4) == "{'value': '4'}"
    assert await given("id", "ID", v="4") == "{'value': '4'}"


async def test_an_enum_accepts_its_names_alone() -> None:
    assert await given("colour", "Colour", v="RED") == "{'value': 'RED'}"
    assert (await refused("colour", "Colour", v="BLUE"))["message"] == (
        "Variable '$v' has invalid value: Value 'BLUE' does not exist in 'Colour' enum."
    )
    assert "cannot represent non-string value: 1" in (await refused("colour", "Colour", v=1))["message"]


# The table of "Input Coercion" for lists
@pytest.mark.parametrize(
    ("type_", "value", "found"),
    [
        ("[Int]", [1, 2, 3], "[1, 2, 3]"),
        ("[Int]", 1, "[1]"),
        ("[Int]", None, "None"),
        ("[Int]", [1, None], "[1, None]"),
        ("[Int]", [], "[]"),
    ],
)
async def test_a_list_accepts_a_list_and_a_single_value(type_: str, value: Any, found: str) -> None:
    assert await given("list", type_, v=value) == f"{{'value': {found}}}"


@pytest.mark.parametrize(("type_", "value"), [("[Int]", [1, "b"]), ("[Int]", "b"), ("[Int!]", [1, None])])
async def test_a_list_refuses_what_its_items_refuse(type_: str, value: Any) -> None:
    assert (await refused("list", type_, v=value))["locations"] == [(1, 8)]


# The table of "Input Coercion" for input objects
@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({}, "{'size': 5}"),
        ({"size": 1}, "{'size': 1}"),
        ({"name": None}, "{'size': 5, 'name': None}"),
        ({"list": 3, "name": "x"}, "{'size': 5, 'name': 'x', 'list': [3]}"),
    ],
)
async def test_an_input_object_has_its_defaults_and_its_declared_order(value: Any, found: str) -> None:
    assert await given("where", "Where", v=value) == f"{{'value': {found}}}"


@pytest.mark.parametrize("value", [{"size": None}, {"nobody": 1}, [], "x", 5, {"list": [None]}])
async def test_an_input_object_refuses_what_does_not_fit(value: Any) -> None:
    assert (await refused("where", "Where", v=value))["message"].startswith("Variable '$v' has invalid value")


@pytest.mark.parametrize("value", [{}, {"a": 1, "b": "x"}, {"a": None}, {"a": 1, "b": None}, {"a": "x"}])
async def test_a_one_of_input_wants_exactly_one_value_that_is_not_null(value: Any) -> None:
    assert (await refused("choice", "Choice", v=value))["message"].startswith("Variable '$v' has invalid value")
    assert await given("choice", "Choice", v={"b": "x"}) == "{'value': {'b': 'x'}}"


async def test_all_variables_that_do_not_fit_are_told() -> None:
    answer = await answered(ECHO, "query ($a: Int, $b: Int!) { x: int(value: $a) y: int(value: $b) }", None, {"a": "x"})
    assert [each["locations"] for each in answer["errors"]] == [[(1, 8)], [(1, 17)]]


async def test_variables_that_the_operation_does_not_declare_are_ignored() -> None:
    assert await data_of(ECHO, "{ hello }", {"hello": "x"}, v=1, other=object()) == {"hello": "x"}

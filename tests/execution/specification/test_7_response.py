"""Section 7, "Response": the shape of results, of errors, and of what is in them."""

import asyncio
from typing import Any

from graphql import ExecutionResult, GraphQLError, parse

from graph.execution.compiler import compile_operation
from tests.execution.specification.answering import answered, data_of, schema_of

SCHEMA = """
  type Hero { name: String friends: [Hero] friendsStrict: [Hero!] strictName: String! }
  type Query { hero: Hero count(of: Int!): Int }
"""
HEROES = {
    "hero": {
        "name": "R2-D2",
        "friends": [{"name": "Luke"}, {"name": ValueError("no name for 1002")}, {"name": "Leia"}],
        "friendsStrict": [{"strictName": "Luke"}, {"strictName": None}, {"strictName": "Leia"}],
    }
}


async def result_of(document: str, root: Any = None, variables: dict[str, Any] | None = None) -> ExecutionResult:
    """The compiled executor's own result."""
    return await compile_operation(schema_of(SCHEMA), parse(document)).execute(root, None, variables)


async def test_a_result_without_errors_has_no_list_of_errors() -> None:
    result = await result_of("{ hero { name } }", HEROES)
    assert result.errors is None
    assert result.formatted == {"data": {"hero": {"name": "R2-D2"}}}


async def test_the_errors_of_fields_stand_beside_the_data() -> None:
    """The specification's example 7.1.6."""
    assert await answered(SCHEMA, "{ hero { name friends { name } } }", HEROES) == {
        "data": {"hero": {"name": "R2-D2", "friends": [{"name": "Luke"}, {"name": None}, {"name": "Leia"}]}},
        "errors": [
            {"message": "no name for 1002", "locations": [(1, 25)], "path": ["hero", "friends", 1, "name"]},
        ],
    }


async def test_a_null_that_moved_up_leaves_the_path_of_the_field_that_failed() -> None:
    assert await answered(SCHEMA, "{ hero { f: friendsStrict { n: strictName } name } }", HEROES) == {
        "data": {"hero": {"f": None, "name": "R2-D2"}},
        "errors": [
            {
                "message": "Cannot return null for non-nullable field Hero.strictName.",
                "locations": [(1, 29)],
                "path": ["hero", "f", 1, "n"],
            }
        ],
    }


async def test_a_request_error_has_no_path_and_no_data() -> None:
    result = await result_of("query ($n: Int!) { count(of: $n) }", None, {"n": "x"})
    assert result.data is None
    assert result.errors is not None
    assert [(each.path, each.locations and each.locations[0].column) for each in result.errors] == [(None, 8)]


async def test_an_error_of_merged_fields_has_all_their_locations() -> None:
    document = "{ hero { name } ...F }\nfragment F on Query { hero { n: name } }"
    answer = await answered(SCHEMA, document, {"hero": ValueError("no")})
    assert answer["errors"] == [{"message": "no", "locations": [(1, 3), (2, 23)], "path": ["hero"]}]


async def test_an_errors_extensions_are_those_of_what_was_raised() -> None:
    raised = GraphQLError("no", extensions={"code": "CAN_NOT_FETCH_BY_ID", "weatherList": [1]})
    result = await result_of("{ hero { name } }", {"hero": raised})
    assert result.formatted["errors"] == [
        {
            "message": "no",
            "locations": [{"line": 1, "column": 3}],
            "path": ["hero"],
            "extensions": {"code": "CAN_NOT_FETCH_BY_ID", "weatherList": [1]},
        }
    ]


async def test_an_error_keeps_what_was_raised() -> None:
    raised = ValueError("no")
    result = await result_of("{ hero { name } }", {"hero": raised})
    assert result.errors is not None
    assert result.errors[0].original_error is raised


async def test_keys_are_in_the_order_of_the_document_however_they_came() -> None:
    """Section 7.2.2: "Serialized Map Ordering"."""

    def late(turns: int) -> Any:
        async def value(_: Any) -> int:
            for _turn in range(turns):
                await asyncio.sleep(0)
            return turns

        return value

    schema = schema_of("type Query { a: Int b: Int c: Int d: Int }")
    root = {"a": late(3), "b": 2, "c": late(0), "d": late(1)}
    assert list(await data_of(schema, "{ d a c b }", root)) == ["d", "a", "c", "b"]


async def test_numbers_texts_and_truths_are_of_their_own_kind() -> None:
    """Section 7.2: what a format with types of its own would write."""
    schema = schema_of("type Query { i: Int f: Float s: String b: Boolean id: ID l: [Int] n: Int }")
    root = {"i": 1.0, "f": 1, "s": 1, "b": 1, "id": 1, "l": (1,), "n": None}
    data = await data_of(schema, "{ i f s b id l n }", root)
    assert repr(data) == repr({"i": 1, "f": 1.0, "s": "1", "b": True, "id": "1", "l": [1], "n": None})

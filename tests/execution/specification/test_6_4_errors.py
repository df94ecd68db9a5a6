"""Section 6.4.4, "Handling Execution Errors": nulls move up to the nearest place that allows one."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLError, parse

from tests.execution.executors import Request, by_compiled
from tests.execution.specification.answering import answered, schema_of

SCHEMA = """
  type Item { value: Int strict: Int! item: Item strictItem: Item! list: [Int!] strictList: [Int!]! }
  type Query {
    item: Item strictItem: Item!
    nullable: [Item] strictItems: [Item!] strictList: [Item]! allStrict: [Item!]! deep: [[Int!]!]
    value: Int
  }
"""


def failing(message: str, *, late: bool = False) -> Any:
    async def fail_later() -> Any:
        await asyncio.sleep(0)
        raise ValueError(message)

    def fail(_: Any) -> Any:
        if late:
            return fail_later()
        raise ValueError(message)

    return fail


def error(message: str, column: int, *path: str | int) -> dict[str, Any]:
    return {"message": message, "locations": [(1, column)], "path": list(path)}


async def compiled(schema: Any, document: str, root: Any) -> dict[str, Any]:
    """The compiled executor's answer alone."""
    answer = await by_compiled(Request(schema, parse(document), None, root))
    return {
        "data": answer.raw,
        "errors": [
            {"message": each.message, "locations": list(each.locations or ()), "path": list(each.path or ())}
            for each in answer.errors or ()
        ],
    }


both = pytest.mark.parametrize("late", [False, True])


@both
async def test_a_nullable_field_that_fails_is_null(late: bool) -> None:
    root = {"item": {"value": failing("no", late=late), "strict": 1}}
    assert await answered(SCHEMA, "{ item { value strict } }", root) == {
        "data": {"item": {"value": None, "strict": 1}},
        "errors": [error("no", 10, "item", "value")],
    }


@both
async def test_a_non_null_field_that_fails_makes_its_parent_null(late: bool) -> None:
    root = {"item": {"strict": failing("no", late=late), "value": 1}, "value": 2}
    assert await answered(SCHEMA, "{ item { value strict } value }", root) == {
        "data": {"item": None, "value": 2},
        "errors": [error("no", 16, "item", "strict")],
    }


async def test_null_for_a_non_null_field_is_an_error() -> None:
    root = {"item": {"strict": None}}
    assert await answered(SCHEMA, "{ item { strict } }", root) == {
        "data": {"item": None},
        "errors": [error("Cannot return null for non-nullable field Item.strict.", 10, "item", "strict")],
    }


@both
async def test_non_null_all_the_way_up_makes_the_data_null(late: bool) -> None:
    root = {"strictItem": {"strictItem": {"strict": failing("no", late=late)}}}
    assert await answered(SCHEMA, "{ strictItem { strictItem { strict } } }", root) == {
        "data": None,
        "errors": [error("no", 29, "strictItem", "strictItem", "strict")],
    }


@pytest.mark.parametrize(
    ("field", "data"),
    [
        # The specification's table of lists: [T], [T!], [T]!, [T!]!
        ("nullable", {"nullable": [{"strict": 1}, None]}),
        ("strictItems", {"strictItems": None}),
        ("strictList", {"strictList": [{"strict": 1}, None]}),
        ("allStrict", None),
    ],
)
@both
async def test_a_list_is_null_where_its_items_must_not_be(field: str, data: Any, late: bool) -> None:
    root = {field: [{"strict": 1}, {"strict": failing("no", late=late)}]}
    assert await answered(SCHEMA, f"{{ {field} {{ strict }} }}", root) == {
        "data": data,
        "errors": [error("no", 6 + len(field), field, 1, "strict")],
    }


async def test_a_null_within_lists_moves_up_list_by_list() -> None:
    assert await answered(SCHEMA, "{ deep }", {"deep": [[1], [None]]}) == {
        "data": {"deep": None},
        "errors": [error("Cannot return null for non-nullable field Query.deep.", 3, "deep", 1, 0)],
    }


async def test_of_several_failures_for_one_null_the_first_is_told() -> None:
    root = {"item": {"strict": failing("first"), "strictItem": failing("second")}}
    assert await answered(SCHEMA, "{ item { strict strictItem { value } } }", root) == {
        "data": {"item": None},
        "errors": [error("first", 10, "item", "strict")],
    }


async def test_what_failed_before_the_place_became_null_is_told_too() -> None:
    root = {"item": {"value": failing("before"), "strict": failing("strict"), "item": failing("after")}}
    assert await answered(SCHEMA, "{ item { value strict item { value } } }", root) == {
        "data": {"item": None},
        "errors": [error("before", 10, "item", "value"), error("strict", 16, "item", "strict")],
    }


async def test_the_order_is_that_of_the_response_and_not_of_time() -> None:
    """Where the first field is answered last; graphql-core has them as they come."""
    schema = schema_of(
        SCHEMA,
        Item_value=lambda source, _: source["value"](None),
        Item_strict=lambda source, _: source["strict"](None),
    )
    late = {"item": {"value": failing("late", late=True), "item": {"strict": failing("at once")}}}
    at_once = {"item": {"value": failing("late"), "item": {"strict": failing("at once")}}}
    document = "{ item { value item { strict } } }"
    expected = await answered(schema, document, at_once)
    assert [each["message"] for each in expected["errors"]] == ["late", "at once"]
    assert await compiled(schema, document, late) == expected


async def test_one_exception_raised_at_two_places_is_two_errors() -> None:
    same = ValueError("same")

    def fail(_: Any) -> Any:
        raise same

    root = {"nullable": [{"value": fail}, {"value": fail}]}
    answer = await answered(SCHEMA, "{ nullable { value } }", root)
    assert [each["path"] for each in answer["errors"]] == [["nullable", 0, "value"], ["nullable", 1, "value"]]


async def test_a_graphql_error_raised_at_two_places_is_two_errors() -> None:
    same = GraphQLError("same", extensions={"code": "X"})

    def fail(_: Any) -> Any:
        raise same

    root = {"nullable": [{"value": fail}, {"value": fail}]}
    answer = await answered(SCHEMA, "{ nullable { value } }", root)
    assert [each["path"] for each in answer["errors"]] == [["nullable", 0, "value"], ["nullable", 1, "value"]]


async def test_a_graphql_error_that_knows_its_place_keeps_it() -> None:
    def fail(_: Any) -> Any:
        raise GraphQLError("placed", path=["elsewhere", 1])

    assert await answered(SCHEMA, "{ item { value } }", {"item": {"value": fail}}) == {
        "data": {"item": {"value": None}},
        "errors": [{"message": "placed", "path": ["elsewhere", 1]}],
    }


async def test_an_exception_that_is_no_exception_is_nobodys_answer() -> None:
    """What is raised beside `Exception` ends the execution itself."""

    class Stop(BaseException):
        pass

    def stop(_: Any) -> Any:
        raise Stop

    with pytest.raises(Stop):
        await answered(SCHEMA, "{ value }", {"value": stop})
    with pytest.raises(Stop):
        await compiled(schema_of(SCHEMA), "{ value }", {"value": stop})

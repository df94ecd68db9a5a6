"""Section 6.2, "Executing Operations": queries, and mutations one root field after the other."""

import asyncio
from typing import Any

from tests.execution.specification.answering import answered, data_of, schema_of

MUTATIONS = """
  type Query { number: Int }
  type Holder { number: Int, strict: Int! }
  type Mutation {
    change(to: Int!): Holder
    strict(to: Int!): Holder!
    fail: Holder
    failStrict: Holder!
  }
"""


class Number:
    """Changed in turns of the loop, so that two changes at a time would be seen."""

    def __init__(self) -> None:
        self.number = 6
        self.seen: list[str] = []

    async def change(self, _: Any, to: int) -> dict[str, Any]:
        self.seen.append(f"begin {to}")
        await asyncio.sleep(0)
        self.number = to
        await asyncio.sleep(0)
        self.seen.append(f"end {to}")
        return {"number": self.later}

    strict = change

    async def later(self, _: Any) -> int:
        await asyncio.sleep(0)
        self.seen.append(f"read {self.number}")
        return self.number

    def fail(self, _: Any) -> Any:
        raise ValueError("no")

    failStrict = fail  # noqa: N815 # the schema's name


async def test_a_query_executes_the_root_selection_on_the_root_value() -> None:
    assert await data_of("type Query { number: Int }", "{ number }", {"number": 3}) == {"number": 3}


async def test_a_missing_root_type_is_an_error_without_data() -> None:
    answer = await answered("type Query { number: Int }", "mutation { x }", valid=False)
    assert answer == {
        "data": None,
        "errors": [{"message": "Schema is not configured to execute mutation operation.", "locations": [(1, 1)]}],
    }


async def test_the_root_fields_of_a_mutation_are_executed_one_after_the_other() -> None:
    """The specification's example: what is below a field is done before the next one begins."""
    root = Number()
    document = """mutation {
      first: change(to: 1) { number } second: change(to: 2) { number } third: change(to: 3) { number }
    }"""
    assert await data_of(MUTATIONS, document, root) == {
        "first": {"number": 1},
        "second": {"number": 2},
        "third": {"number": 3},
    }
    once = [f"{what} {number}" for number in (1, 2, 3) for what in ("begin", "end", "read")]
    assert root.seen == once * 2  # by graphql-core, and by the compiled executor


async def test_merged_root_fields_of_a_mutation_are_executed_once_where_they_first_stand() -> None:
    root = Number()
    document = """
      mutation { a: change(to: 1) { x: number } b: change(to: 2) { number } ...F }
      fragment F on Mutation { a: change(to: 1) { number } }
    """
    assert await data_of(MUTATIONS, document, root) == {"a": {"x": 1, "number": 1}, "b": {"number": 2}}
    assert [each for each in root.seen if each.startswith("begin")] == ["begin 1", "begin 2"] * 2


async def test_a_mutation_goes_on_after_a_field_that_failed() -> None:
    answer = await answered(
        MUTATIONS, "mutation { a: change(to: 1) { number } fail { number } b: change(to: 2) { number } }", Number()
    )
    assert answer == {
        "data": {"a": {"number": 1}, "fail": None, "b": {"number": 2}},
        "errors": [{"message": "no", "locations": [(1, 40)], "path": ["fail"]}],
    }


async def test_a_mutation_ends_where_a_failure_reaches_the_root() -> None:
    root = Number()
    answer = await answered(
        MUTATIONS, "mutation { a: strict(to: 1) { number } failStrict { number } b: change(to: 2) { number } }", root
    )
    assert answer == {
        "data": None,
        "errors": [{"message": "no", "locations": [(1, 40)], "path": ["failStrict"]}],
    }
    assert root.number == 1


async def test_synchronous_mutations_are_one_after_the_other_too() -> None:
    order: list[str] = []

    def change(_: object, __: object, to: int) -> dict[str, Any]:
        order.append(f"change {to}")
        return {"number": to}

    def number(source: dict[str, Any], _: object) -> int:
        order.append(f"read {source['number']}")
        found: int = source["number"]
        return found

    schema = schema_of(MUTATIONS, Mutation_change=change, Holder_number=number)
    await data_of(schema, "mutation { a: change(to: 1) { number } b: change(to: 2) { number } }")
    assert order == ["change 1", "read 1", "change 2", "read 2"] * 2

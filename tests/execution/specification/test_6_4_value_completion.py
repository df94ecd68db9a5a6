"""Section 6.4.3, "Value Completion": lists, leaves, objects, abstract types."""

from collections import deque
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLScalarType

from tests.execution.specification.answering import answered, data_of, messages_of, schema_of

SCHEMA = """
  enum Colour { RED GREEN }
  scalar Any
  interface Node { id: Int }
  type A implements Node { id: Int, a: Int }
  type B implements Node { id: Int }
  type Alone { id: Int }
  union Both = A | B
  type Query {
    int: Int float: Float string: String boolean: Boolean id: ID colour: Colour any: Any
    list: [Int] deep: [[Int]] node: Node nodes: [Node] both: Both object: A objects: [A]
  }
"""


class Text:
    def __str__(self) -> str:
        return "text"


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("int", 1, 1),
        ("int", 1.0, 1),
        ("int", "12", 12),
        ("int", True, 1),
        ("int", Decimal(2), 2),
        ("int", 2**31 - 1, 2**31 - 1),
        ("float", 1, 1.0),
        ("float", "1.5", 1.5),
        ("float", True, 1),
        ("string", 1, "1"),
        ("string", True, "true"),
        ("string", 1.0, "1.0"),
        ("string", Text(), "text"),
        ("boolean", 0, False),
        ("boolean", 1.5, True),
        ("id", 7, "7"),
        ("id", "x", "x"),
        ("colour", "RED", "RED"),
    ],
)
async def test_a_leaf_is_coerced_to_its_type(field: str, value: Any, found: Any) -> None:
    data = await data_of(SCHEMA, f"{{ {field} }}", {field: value})
    assert repr(data) == repr({field: found})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("int", 2**31, "Int cannot represent non 32-bit signed integer value: 2147483648"),
        ("int", 1.5, "Int cannot represent non-integer value: 1.5"),
        ("int", "x", "Int cannot represent non-integer value: 'x'"),
        ("int", [], "Int cannot represent non-integer value: []"),
        ("float", float("nan"), "Float cannot represent non numeric value: nan"),
        ("float", "x", "Float cannot represent non numeric value: 'x'"),
        ("string", [1], "String cannot represent value: [1]"),
        ("string", {}, "String cannot represent value: {}"),
        ("boolean", "true", "Boolean cannot represent a non boolean value: 'true'"),
        ("id", 1.5, "ID cannot represent value: 1.5"),
        ("id", True, "ID cannot represent value: True"),
        ("colour", "BLUE", "Enum 'Colour' cannot represent value: 'BLUE'"),
        ("colour", [], "Enum 'Colour' cannot represent value: []"),
    ],
)
async def test_a_leaf_that_cannot_be_coerced_is_an_error(field: str, value: Any, message: str) -> None:
    assert await messages_of(SCHEMA, f"{{ {field} }}", {field: value}) == [message]


async def test_an_enums_values_within_are_not_its_names_without() -> None:
    schema = schema_of(SCHEMA)
    colour = schema.type_map["Colour"]
    assert isinstance(colour, GraphQLEnumType)
    colour.values["RED"].value = ("red", 1)
    assert await data_of(schema, "{ colour }", {"colour": ("red", 1)}) == {"colour": "RED"}
    assert await messages_of(schema, "{ colour }", {"colour": "RED"}) == ["Enum 'Colour' cannot represent value: 'RED'"]


async def test_a_scalars_output_must_be_something() -> None:
    schema = schema_of(SCHEMA)
    scalar = schema.type_map["Any"]
    assert isinstance(scalar, GraphQLScalarType)
    scalar.coerce_output_value = lambda value: None if value == 1 else {"was": value}
    assert await data_of(schema, "{ any }", {"any": 2}) == {"any": {"was": 2}}
    assert await messages_of(schema, "{ any }", {"any": 1}) == [
        "Expected `Any.coerce_output_value(1)` to return non-nullable value, returned: None"
    ]


async def later(*items: Any) -> AsyncIterator[Any]:
    for item in items:
        yield item


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        deque,
        iter,
        lambda items: (item for item in items),
        lambda items: dict.fromkeys(items).keys(),
        lambda items: {item: item for item in items}.values(),
        lambda items: map(int, items),
        lambda items: range(items[0], items[-1] + 1),
        lambda items: later(*items),
    ],
)
async def test_whatever_can_be_iterated_over_is_a_list(make: Any) -> None:
    assert await data_of(SCHEMA, "{ list }", {"list": lambda _: make([1, 2, 3])}) == {"list": [1, 2, 3]}


async def test_a_set_is_a_list() -> None:
    assert await data_of(SCHEMA, "{ list }", {"list": {1}}) == {"list": [1]}


@pytest.mark.parametrize("value", ["text", b"bytes", bytearray(), {"a": 1}, 5, object()])
async def test_text_and_mappings_are_no_lists(value: Any) -> None:
    message = "Expected Iterable, but did not find one for field 'Query.list'."
    assert await messages_of(SCHEMA, "{ list }", {"list": value}) == [message]


async def test_lists_are_lists_of_lists() -> None:
    root = {"deep": [[1, None], None, (), [3]]}
    assert await data_of(SCHEMA, "{ deep }", root) == {"deep": [[1, None], None, [], [3]]}


async def test_a_list_that_breaks_is_null_with_the_errors_of_the_items_before() -> None:
    def breaking(_: Any) -> Any:
        yield "x"
        raise ValueError("broken")

    assert await answered(SCHEMA, "{ list }", {"list": breaking}) == {
        "data": {"list": None},
        "errors": [
            {"message": "Int cannot represent non-integer value: 'x'", "locations": [(1, 3)], "path": ["list", 0]},
            {"message": "broken", "locations": [(1, 3)], "path": ["list"]},
        ],
    }


@pytest.mark.parametrize("value", [5, "text", object(), [], {"x": 1}])
async def test_an_object_may_be_anything_that_its_type_does_not_check(value: Any) -> None:
    assert await data_of(SCHEMA, "{ object { id __typename } }", {"object": value}) == {
        "object": {"id": None, "__typename": "A"}
    }


async def test_an_object_must_be_what_its_type_takes_for_its_own() -> None:
    schema = schema_of(SCHEMA)
    schema.type_map["A"].is_type_of = lambda value, _: value == {"id": 1}  # type: ignore[attr-defined] # an object type
    root = {"objects": [{"id": 1}, {"id": 2}, {"id": 1}]}
    assert await answered(schema, "{ objects { id } }", root) == {
        "data": {"objects": [{"id": 1}, None, {"id": 1}]},
        "errors": [
            {
                "message": "Expected value of type 'A' but got: {'id': 2}.",
                "locations": [(1, 3)],
                "path": ["objects", 1],
            }
        ],
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "Abstract type 'Node' must resolve to an Object type at runtime for field 'Query.node'."),
        ("Nobody", "Abstract type 'Node' was resolved to a type 'Nobody' that does not exist inside the schema."),
        ("Any", "Abstract type 'Node' was resolved to a non-object type 'Any'."),
        ("Alone", "Runtime Object type 'Alone' is not a possible type for 'Node'."),
        (5, "Abstract type 'Node' must resolve to an Object type at runtime for field 'Query.node' with value {},"),
    ],
)
async def test_an_abstract_type_must_resolve_to_one_of_its_types(name: Any, message: str) -> None:
    schema = schema_of(SCHEMA)
    schema.type_map["Node"].resolve_type = lambda *_: name  # type: ignore[attr-defined] # an abstract type
    (found,) = await messages_of(schema, "{ node { id } }", {"node": {}})
    assert found.startswith(message)


@pytest.mark.parametrize("late", [True, False])
async def test_the_first_type_that_takes_the_value_for_its_own_is_its_type(late: bool) -> None:
    async def later(answer: bool) -> bool:
        return answer

    schema = schema_of(SCHEMA)
    for name in ("A", "B"):

        def is_type_of(value: Any, _: Any, name: str = name) -> Any:
            return later(name in value["is"]) if late else name in value["is"]

        schema.type_map[name].is_type_of = is_type_of  # type: ignore[attr-defined] # an object type
    root = {"nodes": [{"is": "AB"}, {"is": "B"}, {"is": "A"}], "both": {"is": "B"}}
    assert await data_of(schema, "{ nodes { __typename } both { __typename } }", root) == {
        "nodes": [{"__typename": "A"}, {"__typename": "B"}, {"__typename": "A"}],
        "both": {"__typename": "B"},
    }


async def test_a_type_check_that_fails_is_the_fields_error() -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("which?")

    schema = schema_of(SCHEMA)
    schema.type_map["Node"].resolve_type = fail  # type: ignore[attr-defined] # an abstract type
    schema.type_map["A"].is_type_of = fail  # type: ignore[attr-defined] # an object type
    answer = await answered(schema, "{ node { id } object { id } }", {"node": {}, "object": {}})
    assert answer["data"] == {"node": None, "object": None}
    assert [each["path"] for each in answer["errors"]] == [["node"], ["object"]]

"""Input types with `UNSET`, one-of inputs, names of their own, nested lists, generics."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry import UNSET, Maybe
from strawberry.scalars import JSON

T = TypeVar("T")


@strawberry.enum
class Size(Enum):
    SMALL = 1
    LARGE = 2


@strawberry.input
class Inner:
    size: Size = Size.SMALL
    name: str | None = UNSET
    when: datetime | None = None


@strawberry.input
class Where:
    inner: Inner | None = UNSET
    inners: list[Inner] = strawberry.field(default_factory=list)
    matrix: list[list[int] | None] | None = UNSET
    some_name: str = strawberry.field(default="x", name="otherName")
    maybe: Maybe[int | None] = None
    id: strawberry.ID | None = None


@strawberry.input(one_of=True)
class Choice:
    number: int | None = UNSET
    inner: Inner | None = UNSET


@strawberry.type
class Edge(Generic[T]):
    node: T
    cursor: str


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    total: int

    @strawberry.field
    def first(self) -> T | None:
        return self.edges[0].node if self.edges else None


@strawberry.type
class Leaf:
    name: str


def leaves_of(names: list[str]) -> Connection[Leaf]:
    return Connection(edges=[Edge(node=Leaf(name=name), cursor=name) for name in names], total=len(names))


TEXTS: Connection[str] = Connection(edges=[Edge(node="a", cursor="1")], total=1)


@strawberry.type
class Query:
    @strawberry.field
    def where(self, where: Where | None = UNSET) -> str:
        return repr(where)

    @strawberry.field
    def strict(self, where: Where, also: list[Where]) -> str:
        return f"{where!r} {also!r}"

    @strawberry.field
    def choice(self, choice: Choice) -> str:
        return repr(choice)

    @strawberry.field
    def plain(
        self,
        number: int | None = UNSET,
        size: Size = Size.LARGE,
        other: Annotated[str | None, strawberry.argument(name="thatOther")] = None,
        data: JSON | None = None,
        when: datetime | None = None,
        sizes: list[Size] | None = None,
    ) -> str:
        return repr((number, size, other, data, when, sizes))

    @strawberry.field
    def leaves(self, names: list[str]) -> Connection[Leaf]:
        return leaves_of(names)

    @strawberry.field
    def texts(self) -> Connection[str]:
        return TEXTS

    @strawberry.field
    def either(self, leaf: bool) -> Connection[Leaf] | Connection[str]:
        return leaves_of(["x"]) if leaf else TEXTS

    @strawberry.field
    def data(self) -> JSON:
        return JSON({"a": [1, None]})


def input_schema() -> strawberry.Schema:
    return strawberry.Schema(Query)


WHERE = "query ($w: Where) { where(where: $w) }"
PLAIN = "query ($n: Int, $s: Size, $d: JSON, $w: DateTime) { plain(number: $n, size: $s, data: $d, when: $w) }"

DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("{ a: where b: where(where: null) c: where(where: {}) }", {}),
    ('{ where(where: {inner: {size: LARGE, name: null}, inners: {name: "n"}}) }', {}),
    ('{ where(where: {matrix: [1, null, [2]], otherName: "o"}) }', {}),
    (WHERE, {}),
    (WHERE, {"w": None}),
    (WHERE, {"w": {"inner": {"when": "2020-01-02T03:04:05Z"}, "maybe": None, "id": 5}}),
    (WHERE, {"w": {"inner": {"when": "yesterday"}}}),
    (WHERE, {"w": {"inner": {"size": "MEDIUM"}}}),
    ("query ($w: Where!, $i: Inner) { strict(where: $w, also: [{inner: $i}, {maybe: 3}]) }", {"w": {"inners": [{}]}}),
    ("query ($i: Inner!) { a: choice(choice: {number: 1}) b: choice(choice: {inner: $i}) }", {"i": {"size": "LARGE"}}),
    ("query ($c: Choice!) { choice(choice: $c) }", {"c": {"number": 1, "inner": {}}}),
    ("query ($c: Choice!) { choice(choice: $c) }", {"c": {"inner": {}}}),
    ('{ plain a: plain(number: null, thatOther: "x", data: {a: [1, "b"]}, sizes: SMALL) }', {}),
    (PLAIN, {}),
    (PLAIN, {"n": None, "s": "SMALL", "d": {"a": [1]}, "w": "2020-01-02T03:04:05Z"}),
    (PLAIN, {"s": None}),
    ('{ leaves(names: ["a", "b"]) { total first { name } edges { cursor node { name } } } }', {}),
    ("{ texts { first edges { node } } data }", {}),
    ("{ either(leaf: true) { __typename ... on LeafConnection { first { name } } } }", {}),
    ("{ either(leaf: false) { __typename ... on StrConnection { first } } }", {}),
]

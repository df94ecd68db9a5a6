"""Resolvers of every shape, interfaces, unions, enums, scalars, private fields, a `DataLoader`, mutations."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, NewType

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig

if TYPE_CHECKING:
    from tests.execution.strawberries.people import Person


@dataclass
class Context:
    """What one run did."""

    calls: list[str] = field(default_factory=list)
    batches: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shelves = DataLoader(self._load)

    async def _load(self, keys: list[int]) -> list[Any]:
        self.batches.append(sorted(keys))
        await asyncio.sleep(0)
        return [ValueError(f"no shelf {key}") if key == 4 else Shelf(number=key) for key in keys]


Info = strawberry.Info[Context, None]

Money = NewType("Money", Decimal)


def priced(value: Decimal) -> str:
    if value < 0:
        raise ValueError("a price is not negative")
    return f"{value:.2f}"


@strawberry.enum
class Genre(Enum):
    NOVEL = "novel"
    POETRY = strawberry.enum_value("poetry", name="VERSE")
    LOST = 3


@strawberry.interface
class Item:
    title: str
    genre: Genre = Genre.NOVEL
    secret: strawberry.Private[str] = "secret"

    @strawberry.field
    def shout(self, loud: bool = True) -> str:
        return self.title.upper() if loud else f"{self.title}{self.secret}"


@strawberry.type
class Book(Item):
    pages: int | None = None
    price: Money | None = None
    number: int = 1
    published: date | None = None

    @strawberry.field
    async def shelf(self, info: Info) -> "Shelf | None":
        found: Shelf | None = await info.context.shelves.load(self.number)
        return found

    @strawberry.field(name="strictPages")  # type: ignore[untyped-decorator] # so says Strawberry
    def pages_at_least(self) -> int:
        return self.pages  # type: ignore[return-value] # the failure is what is tested

    @strawberry.field
    def others(self, info: Info, first: int = 2) -> list["Book"]:
        info.context.calls.append(f"others {self.title} {first}")
        return BOOKS[:first]


@strawberry.type
class Journal(Item):
    issue: int = 1
    tags: list[str | None] = strawberry.field(default_factory=lambda: ["a", None])

    @strawberry.field
    def editor(self) -> Annotated["Person", strawberry.lazy("tests.execution.strawberries.people")] | None:
        return None


@strawberry.type
class Shelf:
    number: int

    @strawberry.field
    def items(self) -> "list[Annotated[Book | Journal, strawberry.union('AnyItem')]]":
        return [BOOKS[self.number % 2], JOURNAL]

    @strawberry.field
    async def label(self, prefix: str | None = "shelf") -> str:
        await asyncio.sleep(0)
        return f"{prefix} {self.number}"


BOOKS = [
    Book(title="Odyssey", genre=Genre.POETRY, pages=500, price=Money(Decimal("9.5")), number=1),
    Book(title="Emma", pages=None, price=Money(Decimal(-1)), number=2, published=date(1815, 12, 23)),
    Book(title="Dune", genre=Genre.LOST, pages=2**40, number=4),
]
JOURNAL = Journal(title="Nature", issue=7)


async def one_by_one() -> AsyncIterator[Book]:
    for book in BOOKS:
        await asyncio.sleep(0)
        yield book


@strawberry.type
class Query:
    books: list[Book] = strawberry.field(resolver=lambda: BOOKS)
    version: str = strawberry.field(default="1", description="Never resolved.")

    @strawberry.field
    def items(self) -> list[Item]:
        return [*BOOKS, JOURNAL]

    @strawberry.field
    def shelves(self, numbers: list[int]) -> list[Shelf | None]:
        return (Shelf(number=number) if number else None for number in numbers)  # type: ignore[return-value] # a generator is a list too

    @strawberry.field
    def later(self) -> list[Book]:
        return one_by_one()  # type: ignore[return-value] # so is an asynchronous one

    @strawberry.field
    def failing(self) -> str | None:
        raise RuntimeError("no")

    @strawberry.field
    async def failing_later(self) -> str | None:
        raise RuntimeError("no, later")

    @strawberry.field
    def genre(self, of: Genre = Genre.POETRY) -> Genre:
        assert isinstance(of, Genre)
        return of

    @strawberry.field
    def wrong(self) -> Genre | None:
        return "nothing"  # type: ignore[return-value] # the failure is what is tested

    @strawberry.field
    def stranger(self) -> Item | None:
        return object()  # type: ignore[return-value] # the failure is what is tested


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def add(self, info: Info, title: str, pages: int = 1) -> Book:
        info.context.calls.append(f"begin {title}")
        await asyncio.sleep(0)
        info.context.calls.append(f"end {title}")
        return Book(title=title, pages=pages)

    @strawberry.mutation
    def remove(self, info: Info, title: str) -> bool | None:
        info.context.calls.append(f"remove {title}")
        raise KeyError(title)


def library_schema() -> strawberry.Schema:
    scalar = strawberry.scalar(name="Money", serialize=priced, parse_value=Decimal)
    config = StrawberryConfig(scalar_map={Money: scalar})
    return strawberry.Schema(Query, Mutation, types=[Book, Journal], config=config)


DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("{ version books { title genre shout pages price published } }", {}),
    ("{ books { title strictPages } }", {}),
    ("{ books { title shelf { number label items { __typename ... on Item { title } } } } }", {}),
    ("{ items { __typename title shout(loud: false) ... on Book { pages } ...J } } fragment J on Journal { tags }", {}),
    ("{ items { ... on Journal { issue tags editor { name } } } }", {}),
    ('query ($n: [Int!]!) { shelves(numbers: $n) { label(prefix: null) x: label(prefix: "y") } }', {"n": [1, 0, 3]}),
    ("{ later { title others { title others(first: 1) { title } } } }", {}),
    ("{ failing failingLater }", {}),
    ("{ version failing }", {}),
    ("query ($g: Genre) { a: genre b: genre(of: NOVEL) genre(of: $g) wrong }", {"g": "VERSE"}),
    ("query ($g: Genre! = LOST) { genre(of: $g) }", {}),
    ("query ($g: Genre! = LOST) { genre(of: $g) }", {"g": None}),
    ("query ($g: Genre! = LOST) { genre(of: $g) }", {"g": "novel"}),
    ("{ stranger { title } }", {}),
    (
        """mutation {
          a: add(title: "A") { title shelf { number } }
          r: remove(title: "A")
          b: add(title: "B", pages: 3) { strictPages }
        }""",
        {},
    ),
    ('{ __schema { types { name kind } } __type(name: "Book") { fields { name } interfaces { name } } }', {}),
]

"""The lint of the schema finds what it is there to find."""

from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from graphql import GraphQLSchema

from graph.fields import attribute, joined, method, object_type
from graph.lint import lengthless, problems, undescribed, unkind
from resolvers.loaders import users_by_id


@dataclass(frozen=True, slots=True)
class Pencil:
    colour: str
    owner_id: str


def schema_of(pencil: type) -> GraphQLSchema:
    def resolve(self: Any, context: Any) -> Any:
        raise NotImplementedError

    query = type("Query", (), {"pencil": method(pencil, description="A pencil.")(resolve)})
    return strawberry.Schema(strawberry.type(query, description="The root."))._schema


def test_our_own_schema_has_no_problem() -> None:
    assert problems() == []


def test_a_field_without_a_description_is_found() -> None:
    @object_type(Pencil, description="A pencil.")
    class Plain:
        colour: str = attribute("")

    assert list(undescribed(schema_of(Plain))) == ["Plain.colour"]


def test_a_field_of_no_kind_is_found() -> None:
    @object_type(Pencil, description="A pencil.")
    class Plain:
        colour: str = strawberry.field(description="Its colour.")

    assert list(unkind(schema_of(Plain))) == [
        "Plain.colour is of none of the four kinds: use attribute, joined, joined_many, connected or method"
    ]


@pytest.mark.parametrize(
    ("key", "found"), [("owner_id", []), ("user_id", ["Plain.owner reads Pencil.user_id, which is not there"])]
)
def test_a_join_on_what_the_record_has_not_is_found(key: str, found: list[str]) -> None:
    @object_type(Pencil, description="A pencil.")
    class Plain:
        owner: str | None = joined(users_by_id, key=key, description="Whose it is.")

    assert list(unkind(schema_of(Plain))) == found


def test_an_attribute_that_the_record_has_not_is_found() -> None:
    @object_type(Pencil, description="A pencil.")
    class Plain:
        length: int = attribute("Its length.")

    assert list(unkind(schema_of(Plain))) == ["Plain.length reads Pencil.length, which is not there"]


def test_a_permission_class_is_found() -> None:
    class Never(strawberry.BasePermission):
        def has_permission(self, *_: Any, **__: Any) -> bool:
            return False

    @object_type(Pencil, description="A pencil.")
    class Plain:
        colour: str = attribute("Its colour.")

    Plain.__strawberry_definition__.fields[0].permission_classes = [Never]  # type: ignore[attr-defined] # Strawberry's
    assert list(unkind(schema_of(Plain))) == [
        "Plain.colour has a permission class or an extension: use a loader and permissions.py"
    ]


@pytest.mark.parametrize(("length", "found"), [(None, ["Plain.owners"]), (3, [])])
def test_a_list_that_does_not_say_its_length_is_found(length: int | None, found: list[str]) -> None:
    @object_type(Pencil, description="Somebody.")
    class Owner:
        colour: str = attribute("Their colour.")

    @object_type(Pencil, description="A pencil.")
    class Plain:
        owners: list[Owner] | None = joined(users_by_id, key="owner_id", description="Whose it is.", length=length)

    assert list(lengthless(schema_of(Plain))) == found

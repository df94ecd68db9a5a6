"""What a schema's text does not say: resolvers, how abstract types are told apart, scalars, values of enums."""

from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    is_abstract_type,
)

from tests.execution.generated.delivery import Broken, Delivery, Raised, settled
from tests.execution.generated.draw import Draw
from tests.execution.generated.schemas import COLOURS, Made
from tests.execution.generated.worlds import identity, resolve

UNLUCKY = 13


class Bundle(dict[str, Any]):
    """What an input object becomes."""

    def __repr__(self) -> str:
        return f"Bundle({super().__repr__()})"


def equip(made: Made) -> Made:
    """Gives the types their behaviour; the same for the same schema."""
    schema = made.schema
    for name, type_ in schema.type_map.items():
        draw = Draw("behaviour", made.seed, name)
        if name.startswith("__"):
            continue
        if is_abstract_type(type_) and draw.chance(0.5):
            type_.resolve_type = told_type
        elif isinstance(type_, GraphQLObjectType):
            _equip_object(made, draw, type_)
        elif isinstance(type_, GraphQLInputObjectType):
            _equip_input(draw, type_)
    money, colour = schema.type_map["Money"], schema.type_map["Colour"]
    assert isinstance(money, GraphQLScalarType)
    assert isinstance(colour, GraphQLEnumType)
    money.coerce_output_value = paid
    money.coerce_input_value = received
    for name, value in COLOURS.items():
        colour.values[name].value = value
    return made


def _equip_object(made: Made, draw: Draw, type_: GraphQLObjectType) -> None:
    for field in type_.fields.values():
        if draw.chance(0.5):
            field.resolve = resolve
    if type_ in (made.schema.query_type, made.schema.mutation_type, made.schema.subscription_type):
        return
    how = draw.randrange(4)
    if how > 0:
        made.named.add(type_.name)
    if how < 2:
        type_.is_type_of = _is_type_of(type_.name, strange=how > 0)


def _equip_input(draw: Draw, type_: GraphQLInputObjectType) -> None:
    if draw.chance(0.5):
        type_.out_type = Bundle  # type: ignore[assignment,method-assign] # graphql-core's own way to set it
    for name, field in type_.fields.items():
        if draw.chance(0.3):
            field.out_name = f"{name}_out"


def _is_type_of(name: str, *, strange: bool) -> Any:
    """`strange` ones may raise: where their objects are told by `__typename`, no other type's objects come here."""

    def is_type_of(value: object, info: GraphQLResolveInfo[Any]) -> Any:
        found, number = identity(value)
        draw = Draw("is", info.context.world.seed, found, number)
        answer: Any = found == name
        if answer and draw.chance(info.context.world.trouble):
            answer = Raised(Broken("which type?")) if strange else False
        if draw.chance(0.4):
            return Delivery(draw, info.context.begun).coroutine(answer)
        return settled(answer)

    return is_type_of


def told_type(value: object, info: GraphQLResolveInfo[Any], _: GraphQLAbstractType) -> Any:
    found, number = identity(value)
    draw = Draw("told", info.context.world.seed, found, number)
    answer: Any = found
    if draw.chance(info.context.world.trouble):
        answer = draw.choice(("Nobody", "Colour", "Query", "", 5, None, Raised(Broken("no type"))))
    if draw.chance(0.4):
        return Delivery(draw, info.context.begun).awaitable(answer)
    return settled(answer)


def paid(value: Any) -> Any:
    """The scalar's output: one number cannot be written, one becomes nothing."""
    if value == UNLUCKY:
        raise ValueError("unlucky")
    return None if value == 7 else {"paid": repr(value)}


def received(value: Any) -> Any:
    """The scalar's input."""
    if value == "refused":
        raise GraphQLError("This is refused.", extensions={"code": "REFUSED"})
    if value == "wrong":
        raise Broken("wrong")
    return ("received", value)

"""Documents for a schema that was written by hand."""

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, Undefined, print_ast
from graphql.utilities import ast_from_value

from tests.execution.generated.inputs import Input, Inputs, InputTypes
from tests.execution.generated.schemas import Made


def made_from(schema: GraphQLSchema) -> Made:
    """What a document writer has to know of a schema; what its own scalars take is to be added to `inputs`."""
    types = InputTypes()
    arguments: dict[str, dict[str, Inputs]] = {}
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(type_, GraphQLEnumType):
            types.enums[name] = tuple(type_.values)
        elif isinstance(type_, GraphQLInputObjectType):
            types.objects[name] = _inputs(type_.fields)
            if type_.is_one_of:
                types.one_of.add(name)
        elif hasattr(type_, "fields"):
            arguments[name] = {key: _inputs(each.args) for key, each in type_.fields.items()}
    return Made(0, "", types, schema, arguments=arguments)


def _inputs(declared: object) -> Inputs:
    assert isinstance(declared, dict)
    return {name: Input(str(each.type), _default(each)) for name, each in declared.items()}


def _default(each: object) -> str | None:
    value = getattr(each, "default_value", Undefined)
    if value is Undefined:
        return None
    node = ast_from_value(value, each.type)  # type: ignore[attr-defined] # an argument or a field of an input
    return None if node is None else print_ast(node)

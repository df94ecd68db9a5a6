"""Both executors on one request of a test, and their answer as the specification writes it."""

from typing import Any

from graphql import GraphQLSchema, build_schema, parse, validate

from tests.execution.executors import Request, same

Errors = list[dict[str, Any]]


def schema_of(text: str, **resolvers: Any) -> GraphQLSchema:
    """A schema with resolvers by `Type_field`."""
    schema = build_schema(text)
    for name, resolve in resolvers.items():
        type_name, field_name = name.split("_", 1)
        schema.type_map[type_name].fields[field_name].resolve = resolve  # type: ignore[attr-defined] # an object type
    return schema


async def answered(
    schema: GraphQLSchema | str,
    document: str,
    root: Any = None,
    variables: dict[str, Any] | None = None,
    operation: str | None = None,
    *,
    valid: bool = True,
) -> dict[str, Any]:
    """`data` and, where there are any, `errors` with message, locations and path, as in a response."""
    made = build_schema(schema) if isinstance(schema, str) else schema
    parsed = parse(document)
    assert not valid or not validate(made, parsed)
    answer = await same(Request(made, parsed, operation, root, variables))
    response: dict[str, Any] = {"data": answer.raw}
    if answer.errors is not None:
        response["errors"] = [
            {
                "message": each.message,
                **({} if each.locations is None else {"locations": list(each.locations)}),
                **({} if each.path is None else {"path": list(each.path)}),
            }
            for each in answer.errors
        ]
    return response


async def data_of(schema: GraphQLSchema | str, document: str, root: Any = None, **variables: Any) -> Any:
    """The data of a request in which nothing goes wrong."""
    answer = await answered(schema, document, root, variables)
    assert "errors" not in answer, answer
    return answer["data"]


async def messages_of(schema: GraphQLSchema | str, document: str, root: Any = None, **variables: Any) -> list[str]:
    """The messages of a request's errors."""
    return [each["message"] for each in (await answered(schema, document, root, variables))["errors"]]

"""graphql-core behind the thinnest ASGI application: documents parsed and validated once, resolvers set by hand."""

from functools import lru_cache
from typing import Any, Final

import orjson
from graphql import DocumentNode, GraphQLEnumType, GraphQLObjectType, build_schema, execute, parse, validate
from strawberry.dataloader import DataLoader

from bench import data
from bench.data import MessageType, Role, moment_text
from bench.peers.memory import DATA, SDL
from bench.peers.thin import asgi

SNAKE: Final = {
    "createdAt": "created_at",
    "editedAt": "edited_at",
    "pinnedAt": "pinned_at",
}


async def _users(ids: list[str]) -> list[data.User | None]:
    return [DATA.users.get(each) for each in ids]


def _read(name: str) -> Any:
    return lambda source, _: getattr(source, name)


def _made() -> Any:
    schema = build_schema(SDL.read_text(encoding="utf-8"))
    for made in schema.type_map.values():
        if isinstance(made, GraphQLObjectType) and not made.name.startswith("__"):
            for name, field in made.fields.items():
                field.resolve = _read(SNAKE.get(name, name))
    types: Any = schema.type_map
    types["DateTime"].coerce_output_value = moment_text
    _set_values(types["Role"], Role)
    _set_values(types["MessageType"], MessageType)
    types["Query"].fields["ping"].resolve = lambda _, __: "pong"
    types["Query"].fields["channel"].resolve = lambda _, __, id: DATA.channels.get(id)  # noqa: A006 - the schema's name
    types["Channel"].fields["messages"].resolve = lambda one, _, first: DATA.messages_of_channel[one.id][:first]
    types["Channel"].fields["pins"].resolve = lambda one, _: DATA.pins_of_channel[one.id]
    types["Message"].fields["author"].resolve = lambda one, info: info.context.load(one.author_id)
    types["Message"].fields["reactions"].resolve = lambda one, _: DATA.reactions_of_message[one.id]
    types["ReactionGroup"].fields["users"].resolve = lambda one, info: info.context.load_many(one.user_ids)
    types["Pin"].fields["pinnedBy"].resolve = lambda one, info: info.context.load(one.pinned_by)
    types["Pin"].fields["message"].resolve = lambda one, _: DATA.messages.get(one.message_id)
    return schema


def _set_values(made: GraphQLEnumType, members: Any) -> None:
    for name, value in made.values.items():
        value.value = members[name]


schema: Final = _made()


@lru_cache(maxsize=1_000)
def document_of(query: str) -> DocumentNode:
    document = parse(query)
    if errors := validate(schema, document):
        raise errors[0]
    return document


async def answer(query: str, variables: dict[str, Any] | None, operation_name: str | None) -> bytes:
    found: Any = execute(
        schema,
        document_of(query),
        context_value=DataLoader(_users),
        variable_values=variables,
        operation_name=operation_name,
    )
    result = found if not hasattr(found, "__await__") else await found
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    return orjson.dumps(body)


app: Final = asgi(answer)

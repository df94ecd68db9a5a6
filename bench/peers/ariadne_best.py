"""Ariadne at its best: `ariadne.graphql` behind the thinnest ASGI application, parsed and validated documents cached.

Ariadne is installed in `bench/.venv`, which has its own lock.
"""

from functools import lru_cache
from typing import Any, Final

import orjson
from aiodataloader import DataLoader  # type: ignore[import-not-found] # in bench/.venv
from ariadne import EnumType, ObjectType, QueryType, ScalarType, graphql, make_executable_schema  # type: ignore[import-not-found] # in bench/.venv
from graphql import DocumentNode, parse, specified_rules, validate

from bench import data
from bench.data import MessageType, Role, moment_text
from bench.peers.memory import DATA, SDL
from bench.peers.thin import asgi

query_type, channel, message = QueryType(), ObjectType("Channel"), ObjectType("Message")
reaction_group, pin = ObjectType("ReactionGroup"), ObjectType("Pin")

query_type.set_field("ping", lambda _, __: "pong")
query_type.set_field("channel", lambda _, __, id: DATA.channels.get(id))  # noqa: A006 - the schema's name
channel.set_field("createdAt", lambda one, _: one.created_at)
channel.set_field("messages", lambda one, _, first: DATA.messages_of_channel[one.id][:first])
channel.set_field("pins", lambda one, _: DATA.pins_of_channel[one.id])
message.set_field("createdAt", lambda one, _: one.created_at)
message.set_field("editedAt", lambda one, _: one.edited_at)
message.set_field("author", lambda one, info: info.context.load(one.author_id))
message.set_field("reactions", lambda one, _: DATA.reactions_of_message[one.id])
reaction_group.set_field("users", lambda one, info: info.context.load_many(one.user_ids))
pin.set_field("pinnedAt", lambda one, _: one.pinned_at)
pin.set_field("pinnedBy", lambda one, info: info.context.load(one.pinned_by))
pin.set_field("message", lambda one, _: DATA.messages.get(one.message_id))

schema: Final = make_executable_schema(
    SDL.read_text(encoding="utf-8"),
    query_type,
    channel,
    message,
    reaction_group,
    pin,
    ScalarType("DateTime", serializer=moment_text),
    EnumType("Role", Role),
    EnumType("MessageType", MessageType),
)


async def _users(ids: list[str]) -> list[data.User | None]:
    return [DATA.users.get(each) for each in ids]


@lru_cache(maxsize=1_000)
def document_of(query: str) -> DocumentNode:
    document = parse(query)
    if errors := validate(schema, document, specified_rules):
        raise errors[0]
    return document


def _validated_before(*_: Any, **__: Any) -> list[Any]:
    return []


async def answer(query: str, variables: dict[str, Any] | None, operation_name: str | None) -> bytes:
    _, body = await graphql(
        schema,
        {"query": query, "variables": variables, "operationName": operation_name},
        context_value=DataLoader(_users),
        query_document=document_of(query),
        query_validator=_validated_before,
    )
    return orjson.dumps(body)


app: Final = asgi(answer)

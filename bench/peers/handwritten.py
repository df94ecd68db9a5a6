"""A hand-written Starlette endpoint: knows each query by its name, and builds the answer's dictionaries by hand."""

from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import data
from bench.data import MessageType, Role, moment_text
from bench.peers.memory import DATA

ROLES: Final = {role: role.name for role in Role}
TYPES: Final = {one: one.name for one in MessageType}


def _person(user: data.User | None) -> dict[str, Any] | None:
    return None if user is None else {"id": user.id, "name": user.name, "role": ROLES[user.role]}


def _ping(_: dict[str, Any]) -> dict[str, Any]:
    return {"ping": "pong"}


def _messages(variables: dict[str, Any]) -> dict[str, Any]:
    channel = DATA.channels.get(variables["id"])
    if channel is None:
        return {"channel": None}
    users = DATA.users
    messages = [
        {
            "id": message.id,
            "type": TYPES[message.type],
            "content": message.content,
            "createdAt": moment_text(message.created_at),
            "author": _person(users.get(message.author_id)),
        }
        for message in DATA.messages_of_channel[channel.id][:50]
    ]
    return {"channel": {"id": channel.id, "name": channel.name, "messages": messages}}


def _channel(variables: dict[str, Any]) -> dict[str, Any]:
    channel = DATA.channels.get(variables["id"])
    if channel is None:
        return {"channel": None}
    people = {user.id: _person(user) for user in DATA.users.values()}
    messages = [
        {
            "id": message.id,
            "type": TYPES[message.type],
            "content": message.content,
            "createdAt": moment_text(message.created_at),
            "editedAt": None if message.edited_at is None else moment_text(message.edited_at),
            "author": people.get(message.author_id),
            "reactions": [
                {"emoji": group.emoji, "count": group.count, "users": [people.get(each) for each in group.user_ids]}
                for group in DATA.reactions_of_message[message.id]
            ],
        }
        for message in DATA.messages_of_channel[channel.id][:50]
    ]
    pins = [
        {"pinnedAt": moment_text(pin.pinned_at), "pinnedBy": people.get(pin.pinned_by), "message": _pinned(pin, people)}
        for pin in DATA.pins_of_channel[channel.id]
    ]
    answer = {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "createdAt": moment_text(channel.created_at),
        "messages": messages,
        "pins": pins,
    }
    return {"channel": answer}


def _pinned(pin: data.Pin, people: dict[str, Any]) -> dict[str, Any] | None:
    message = DATA.messages.get(pin.message_id)
    if message is None:
        return None
    return {"id": message.id, "content": message.content, "author": people.get(message.author_id)}


ANSWERS: Final = {"Ping": _ping, "Messages": _messages, "Channel": _channel}


async def graphql(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    answer = ANSWERS[asked["operationName"]](asked["variables"])
    return Response(orjson.dumps({"data": answer}), media_type="application/json")


app: Final = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])

"""A hand-written Starlette endpoint on the real stores: session, access, the statements, dictionaries by hand."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.data import moment_text
from bench.peers.drivers import EPOCH_MS, drivers

OPTIONS: Final = {"lifespan": "on"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_stores: Final = drivers()


def _message(room: str, row: Any, people: dict[UUID, Any]) -> dict[str, Any]:
    snowflake, author, content, rest = row[:4]
    kind = None if rest is None else orjson.loads(rest)[0]
    return {
        "id": f"msg_{room}_{snowflake}",
        "type": "TEXT" if kind is None else kind.upper(),
        "content": content,
        "createdAt": moment_text(_EPOCH + timedelta(milliseconds=(snowflake >> 22) + EPOCH_MS)),
        "author": people.get(author),
    }


async def _messages(channel: dict[str, Any], key: UUID) -> dict[str, Any]:
    rows = await _stores.newest(key, 50)
    people = await _stores.users({row[1] for row in rows})
    edges = [{"node": _message(key.hex, row, people)} for row in rows]
    return {"id": channel["_id"], "name": channel["name"], "messages": {"edges": edges}}


async def _channel(channel: dict[str, Any], key: UUID) -> dict[str, Any]:
    rows, pins = await asyncio.gather(_stores.newest(key, 50), _stores.pins(key))
    reactions, pinned = await asyncio.gather(
        _stores.reactions(key, [row[0] for row in rows]), _stores.messages(key, [pin[0] for pin in pins])
    )
    pinners = {pin[0]: UUID(hex=pin[1][4:]) for pin in pins}
    people = await _stores.users(
        {row[1] for row in (*rows, *reactions, *pinned.values())} | set(pinners.values()),
    )
    groups: defaultdict[int, defaultdict[str, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for message, user, emoji, _, _ in sorted(reactions, key=lambda row: row[4]):
        groups[message][emoji].append(user)
    return {
        "id": channel["_id"],
        "name": channel["name"],
        "topic": channel["topic"],
        "createdAt": moment_text(channel["created_at"]),
        "messages": {"edges": [{"node": _whole(key.hex, row, people, groups[row[0]])} for row in rows]},
        "pins": [
            {
                "pinnedAt": moment_text(_EPOCH + timedelta(microseconds=at)),
                "pinnedBy": people.get(pinners[snowflake]),
                "message": _pinned(key.hex, pinned[snowflake], people),
            }
            for snowflake, _, at in pins
            if snowflake in pinned
        ],
    }


def _whole(room: str, row: Any, people: dict[UUID, Any], groups: dict[str, list[UUID]]) -> dict[str, Any]:
    message = _message(room, row, people)
    author = message.pop("author")
    message["editedAt"] = None if row[5] is None else moment_text(row[5].replace(tzinfo=UTC))
    message["author"] = author
    message["reactions"] = [
        {"emoji": emoji, "count": len(users), "users": [people.get(each) for each in users[:10]]}
        for emoji, users in groups.items()
    ]
    return message


def _pinned(room: str, row: Any, people: dict[UUID, Any]) -> dict[str, Any]:
    return {"id": f"msg_{room}_{row[0]}", "content": row[2], "author": people.get(row[1])}


ANSWERS: Final = {"Messages": _messages, "Channel": _channel}


async def graphql(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    user_id = await _stores.user_of(request.headers["authorization"].removeprefix("Bearer "))
    if user_id is None:
        return Response(status_code=401)
    channel_id = asked["variables"]["id"]
    channel = await _stores.channel(channel_id, user_id)
    answer = None
    if channel is not None:
        answer = await ANSWERS[asked["operationName"]](channel, UUID(hex=channel_id[4:]))
    return Response(orjson.dumps({"data": {"channel": answer}}), media_type="application/json")


@asynccontextmanager
async def opened(_: Starlette) -> AsyncIterator[None]:
    await _stores.open()
    yield


app: Final = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])], lifespan=opened)

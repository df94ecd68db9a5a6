"""Conversations of two and groups, as people begin and read them."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.client import Client, Socket

SECONDS = 30

Event = dict[str, Any]


async def begun(one: Client, other: Client) -> str:
    conversation: str = (await one.done("start_conversation", userId=other.user_id))["conversation"]["id"]
    return conversation


async def group(owner: Client, *others: Client, **rest: Any) -> str:
    user_ids = [other.user_id for other in others]
    payload = await owner.done("create_group", name="Study circle", userIds=user_ids, **rest)
    made: str = payload["conversation"]["id"]
    return made


async def roles(person: Client, conversation: str) -> dict[str, str]:
    found = (await person.data("conversation", id=conversation))["conversation"]
    return {each["user"]["id"]: each["role"] for each in found["participants"]}


async def contents(person: Client, conversation: str) -> list[str]:
    found = (await person.data("conversation", id=conversation))["conversation"]
    return [edge["node"]["content"] for edge in found["messages"]["edges"]]


async def cursor_of(person: Client, conversation: str) -> str:
    found = await person.data("query ($id: ID!) { conversation(id: $id) { eventCursor } }", id=conversation)
    cursor: str = found["conversation"]["eventCursor"]
    return cursor


async def heard(socket: Socket, name: str, found: Callable[[Event], bool] = lambda _: True) -> Event:
    """The next such event, whatever else comes before: what lies within the overlap before a cursor comes again."""
    async with asyncio.timeout(SECONDS):
        while True:
            event: Event = (await socket.result())["conversationEvents"]
            if event["__typename"] == name and found(event):
                return event


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]

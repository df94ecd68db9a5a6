"""What several tests of live events need: waiting for a state, and events of channels that nobody else has."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from datasources.events.backend import RedisBackend
from datasources.events.hub import Delivery, Hub, Subscription
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import ChannelId, event_cursor, message_id, new_user_id
from datasources.records.messages import Message
from datasources.snowflakes import Grant, SnowflakeMaker, datetime_of, milliseconds_of

WAIT_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.01

_LIVE: Final = ("/datasources/events/", "/resolvers/")

AUTHOR: Final = new_user_id()


def live_tasks() -> set[asyncio.Task[Any]]:
    """What runs for live events in this loop, which others use too."""
    return {task for task in asyncio.all_tasks() if any(place in _file_of(task) for place in _LIVE)}


def _file_of(task: asyncio.Task[Any]) -> str:
    code = getattr(task.get_coro(), "cr_code", None)
    return "" if code is None else str(code.co_filename)


async def until(holds: Callable[[], bool], *, seconds: float = WAIT_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - the states of other processes set no event here
            await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def running_hub(url: str) -> AsyncIterator[Hub]:
    hub = Hub(RedisBackend(url))
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


async def payloads(subscription: Subscription, count: int) -> list[bytes]:
    """The next messages, without what is said about outages between them."""
    found: list[bytes] = []
    async with asyncio.timeout(WAIT_SECONDS):
        async for item in subscription:
            if isinstance(item, Delivery):
                found.append(item.payload)
            if len(found) == count:
                break
    return found


def maker(worker: int = 1) -> SnowflakeMaker:
    ids = SnowflakeMaker()
    ids.allow(Grant(worker))
    return ids


def sent(channel_id: ChannelId, snowflake: int, content: str = "") -> RoomEvent:
    """A message whose event has the same Snowflake."""
    message = Message(
        id=message_id(channel_id, snowflake),
        room_id=channel_id,
        snowflake=snowflake,
        author_id=AUTHOR,
        content=content or f"message {snowflake}",
        revision=milliseconds_of(snowflake) * 1_000,
        created_at=datetime_of(snowflake),
    )
    return _event(message, snowflake, EventKind.MESSAGE_SENT)


def edited(message: Message, snowflake: int) -> RoomEvent:
    changed = replace(
        message,
        content=f"{message.content}, edited",
        revision=message.revision + 1,
        edited_at=datetime_of(snowflake),
    )
    return _event(changed, snowflake, EventKind.MESSAGE_EDITED)


def deleted(message: Message, snowflake: int) -> RoomEvent:
    changed = replace(message, content="", revision=message.revision + 1, deleted_at=datetime_of(snowflake))
    return _event(changed, snowflake, EventKind.MESSAGE_DELETED)


def logged_again(event: RoomEvent, snowflake: int) -> RoomEvent:
    """The same change under a fresh id, as when writing it took long."""
    return _event(event.message, snowflake, event.kind)


def _event(message: Message, snowflake: int, kind: EventKind) -> RoomEvent:
    return RoomEvent(
        room_id=message.room_id,
        snowflake=snowflake,
        kind=kind,
        at=datetime_of(snowflake),
        change=message,
        cursor=event_cursor(message.room_id, snowflake),
    )

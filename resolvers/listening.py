"""Who may listen to a channel, and for how long."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import split_cursor
from datasources.records.messages import Message
from datasources.records.workspaces import Channel
from resolvers.access import channel_of
from resolvers.caller import Caller
from resolvers.errors import AccessLost, BadInput, Refused
from resolvers.live import Gap, Live

RECHECK_SECONDS: Final = 1.0
"""An event is handed on only where the right to it was confirmed at most this long before."""


async def channel_events(
    caller: Caller, live: Live, channel: str, after: str | None
) -> AsyncGenerator[RoomEvent | Gap, None]:
    """The channel's events after this cursor, or from now on.

    Raises `BadInput` for a foreign cursor or a channel that the caller may not read, `AccessLost` when they lose it.
    """
    try:
        found = await _readable(caller, channel)
    except Refused as refused:
        raise BadInput("There is no such channel.") from refused
    position = None
    if after is not None:
        parts = split_cursor(after)
        if parts is None or parts[0] != found.id:
            raise BadInput("`after` is not a cursor of this channel's events.")
        position = parts[1]
    confirmed = time.monotonic()
    async with aclosing(live.channel_events(found.id, position)) as events:
        async for event in events:
            if time.monotonic() - confirmed > RECHECK_SECONDS:
                caller.loaders.forget()
                try:
                    await _readable(caller, channel)
                except Refused as refused:
                    raise AccessLost("You may not read this channel any more.") from refused
                confirmed = time.monotonic()
            yield event


async def messages_added(caller: Caller, live: Live, channel: str) -> AsyncGenerator[Message, None]:
    """The messages sent to the channel from now on."""
    async with aclosing(channel_events(caller, live, channel, None)) as events:
        async for event in events:
            if isinstance(event, RoomEvent) and event.kind is EventKind.MESSAGE_SENT:
                yield event.message


async def _readable(caller: Caller, channel: str) -> Channel:
    return (await channel_of(caller, channel)).channel

"""Listening to a channel: from where, and for as long as its viewer may."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import ChannelId
from datasources.records.messages import Message
from resolvers.access import well_formed
from resolvers.caller import Caller
from resolvers.cursors import position_of
from resolvers.live import Gap, Live
from resolvers.overhearing import overheard
from resolvers.watch import Watch


async def channel_events(
    caller: Caller, live: Live, watch: Watch, channel: str, after: str | None
) -> AsyncGenerator[RoomEvent | Gap | Typing, None]:
    """The channel's events after this cursor, or from now on.

    Raises `BadInput` for a foreign cursor or one of the future, and what `Watch.guard` does.
    """
    viewer, channel_id = caller.signed_in(), ChannelId(well_formed("chn", channel))
    position = position_of(after, channel_id)
    async with aclosing(watch.guard(viewer, channel_id, overheard(live, viewer, channel_id, position))) as events:
        async for event in events:
            yield event


async def messages_added(caller: Caller, live: Live, watch: Watch, channel: str) -> AsyncGenerator[Message, None]:
    """The messages sent to the channel from now on."""
    async with aclosing(channel_events(caller, live, watch, channel, None)) as events:
        async for event in events:
            if isinstance(event, RoomEvent) and event.kind is EventKind.MESSAGE_SENT:
                yield event.message

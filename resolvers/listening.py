"""Listening to a channel: from where, and what of it."""

from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ephemeral import Typing
from datasources.records.ids import ChannelId, RoomId
from datasources.records.messages import Message
from resolvers.access import well_formed
from resolvers.audiences import Audiences
from resolvers.caller import Caller
from resolvers.live import Gap
from resolvers.room_streams import RoomStream
from resolvers.viewer import Viewer


def channel_events(caller: Caller, audiences: Audiences, channel: str, after: str | None) -> RoomStream:
    """The channel's events after this cursor, or from now on, for as long as the caller may hear them."""
    return RoomStream(audiences, lambda: _where(caller, channel), after, select=lambda event: event)


def messages_added(caller: Caller, audiences: Audiences, channel: str) -> RoomStream:
    """The messages sent to the channel from now on."""
    return RoomStream(audiences, lambda: _where(caller, channel), None, select=_sent)


def _where(caller: Caller, channel: str) -> tuple[Viewer, RoomId]:
    return caller.signed_in(), ChannelId(well_formed("chn", channel))


def _sent(event: RoomEvent | Gap | Typing) -> Message | None:
    return event.message if isinstance(event, RoomEvent) and event.kind is EventKind.MESSAGE_SENT else None

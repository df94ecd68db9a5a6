"""Where listening begins."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from datasources.records import changes, messages
from datasources.records.ephemeral import Typing
from graph.context import Context
from graph.fields import subscription
from graph.queries import Id
from graph.types.messages import Message
from graph.types.streams import ChannelEvent, ConversationEvent, ViewerEvent
from resolvers import conversing, listening
from resolvers.live import Gap
from resolvers.viewer_events import Heard

After = Annotated[
    str | None, strawberry.argument(description="The cursor of the last event received; without it, from now on.")
]


@strawberry.type(description="Where listening begins.")
class Subscription:
    @subscription(
        ChannelEvent,
        description="What happens in a channel, after the given event or from now on, with nothing missing.",
    )
    async def channel_events(
        self, context: Context, channel_id: Id, after: After = None
    ) -> AsyncGenerator[changes.RoomEvent | Gap | Typing, None]:
        stream = listening.channel_events(
            context.caller, context.services.live, context.services.watch, channel_id, after
        )
        async with aclosing(stream) as events:
            async for event in events:
                yield event

    @subscription(
        ConversationEvent,
        description="What happens in a conversation, after the given event or from now on, with nothing missing.",
    )
    async def conversation_events(
        self, context: Context, conversation_id: Id, after: After = None
    ) -> AsyncGenerator[changes.RoomEvent | Gap | Typing, None]:
        services = context.services
        stream = conversing.conversation_events(context.caller, services.live, services.watch, conversation_id, after)
        async with aclosing(stream) as events:
            async for event in events:
                yield event

    @subscription(
        ViewerEvent,
        description="What concerns the viewer, after the given event or from now on, with nothing missing; with "
        "`after`, then the counts of all rooms with something unread.",
    )
    async def viewer_events(self, context: Context, after: After = None) -> AsyncGenerator[Heard, None]:
        async with aclosing(context.services.viewer_events.events(context.caller, after)) as events:
            async for event in events:
                yield event

    @subscription(
        Message, description="The messages sent to a channel from now on, for a simple client: no cursor, no resume."
    )
    async def message_added(self, context: Context, channel_id: Id) -> AsyncGenerator[messages.Message, None]:
        services = context.services
        messages_added = listening.messages_added(context.caller, services.live, services.watch, channel_id)
        async with aclosing(messages_added) as added:
            async for message in added:
                yield message

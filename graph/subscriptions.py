"""Where listening begins."""

from collections.abc import AsyncIterable
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
    def channel_events(
        self, context: Context, channel_id: Id, after: After = None
    ) -> AsyncIterable[changes.RoomEvent | Gap | Typing]:
        return listening.channel_events(context.caller, context.services.audiences, channel_id, after)

    @subscription(
        ConversationEvent,
        description="What happens in a conversation, after the given event or from now on, with nothing missing.",
    )
    def conversation_events(
        self, context: Context, conversation_id: Id, after: After = None
    ) -> AsyncIterable[changes.RoomEvent | Gap | Typing]:
        services = context.services
        return conversing.conversation_events(
            context.caller, services.stores, services.audiences, conversation_id, after
        )

    @subscription(
        ViewerEvent,
        description="What concerns the viewer, after the given event or from now on, with nothing missing; with "
        "`after`, then the counts of all rooms with something unread. At most 20 at once for a person on one server: "
        "one more ends with `TOO_MANY_OPERATIONS`.",
    )
    def viewer_events(self, context: Context, after: After = None) -> AsyncIterable[Heard]:
        return context.services.viewer_events.events(context.caller, after)

    @subscription(
        Message, description="The messages sent to a channel from now on, for a simple client: no cursor, no resume."
    )
    def message_added(self, context: Context, channel_id: Id) -> AsyncIterable[messages.Message]:
        return listening.messages_added(context.caller, context.services.audiences, channel_id)

"""What listeners hear, by what they listen to."""

from typing import Annotated

import strawberry

from graph.types.events import (
    EventGap,
    GradingChanged,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageSent,
    MessageUnpinned,
    ReactionAdded,
    ReactionRemoved,
)
from graph.types.room_events import (
    ClosureChanged,
    ConversationChanged,
    ParticipantChanged,
    ReadStateChanged,
    TypingStarted,
)
from graph.types.viewer_events import (
    BelongingChanged,
    DirectMessageReceived,
    Mentioned,
    PresenceChanged,
    UnreadCountChanged,
)

ChannelEvent = Annotated[
    MessageSent
    | MessageEdited
    | MessageDeleted
    | ReactionAdded
    | ReactionRemoved
    | MessagePinned
    | MessageUnpinned
    | GradingChanged
    | ReadStateChanged
    | TypingStarted
    | EventGap,
    strawberry.union("ChannelEvent", description="What a listener to a channel hears."),
]

ConversationEvent = Annotated[
    MessageSent
    | MessageEdited
    | MessageDeleted
    | ReactionAdded
    | ReactionRemoved
    | MessagePinned
    | MessageUnpinned
    | ReadStateChanged
    | TypingStarted
    | ConversationChanged
    | ParticipantChanged
    | ClosureChanged
    | EventGap,
    strawberry.union("ConversationEvent", description="What a listener to a conversation hears."),
]

ViewerEvent = Annotated[
    DirectMessageReceived
    | Mentioned
    | BelongingChanged
    | ReadStateChanged
    | UnreadCountChanged
    | PresenceChanged
    | TypingStarted
    | EventGap,
    strawberry.union("ViewerEvent", description="What a listener to what concerns them hears."),
]

"""What a viewer has not read of a room, kept up to date by the room's events without asking a store."""

from datasources.records.changes import EventKind, ReadState, RoomEvent
from datasources.records.ids import UserId
from datasources.records.messages import Message
from resolvers.loaders import UNREAD_MAXIMUM, Unread


class UnreadMessages:
    """Begins with what a look-up found; an event that the look-up knew of already changes nothing.

    `exact` is False once a message was deleted out of more than can be counted: then it takes another look-up.
    """

    __slots__ = ("_full", "_last_read", "_mentions", "_messages", "_viewer_id", "exact")

    def __init__(self, viewer_id: UserId, found: Unread) -> None:
        self.exact = True
        self._viewer_id = viewer_id
        self._last_read = found.last_read
        self._messages = set(found.messages)
        self._mentions = set(found.mentions)
        self._full = len(self._messages) >= UNREAD_MAXIMUM

    @property
    def counts(self) -> tuple[int, int]:
        """How many messages, and how many of them mention the viewer."""
        return len(self._messages), len(self._mentions)

    def apply(self, event: RoomEvent) -> bool:
        """Whether the event changed the counts."""
        before = self.counts
        match event.change:
            case Message() as message if message.author_id == self._viewer_id:
                pass
            case Message() as message if event.kind is EventKind.MESSAGE_DELETED:
                self._deleted(message.snowflake)
            case Message() as message:
                self._said(message, sent=event.kind is not EventKind.MESSAGE_EDITED)
            case ReadState(user_id=self._viewer_id) as state:
                self._read(state.last_read)
            case _:
                pass
        return self.counts != before or not self.exact

    def _said(self, message: Message, *, sent: bool) -> None:
        if sent and message.snowflake > self._last_read:
            self._messages.add(message.snowflake)
        if message.snowflake not in self._messages:
            return
        if self._viewer_id in message.mentioned_ids:
            self._mentions.add(message.snowflake)
        else:
            self._mentions.discard(message.snowflake)
        if len(self._messages) > UNREAD_MAXIMUM:
            oldest = min(self._messages)
            self._messages.discard(oldest)
            self._mentions.discard(oldest)
        self._full = self._full or len(self._messages) >= UNREAD_MAXIMUM

    def _deleted(self, snowflake: int) -> None:
        if snowflake in self._messages:
            self._messages.discard(snowflake)
            self._mentions.discard(snowflake)
            self.exact = not self._full

    def _read(self, last_read: int) -> None:
        self._last_read = max(self._last_read, last_read)
        self._messages = {each for each in self._messages if each > self._last_read}
        self._mentions &= self._messages
        self._full = len(self._messages) >= UNREAD_MAXIMUM

"""A channel to try a `RoomStore` on: makes messages and events as the resolvers would, at any time in the past."""

from dataclasses import dataclass, field, replace
from itertools import count

from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import ChannelId, UserId, event_cursor, message_id, new_channel_id, new_user_id
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import PageArguments
from datasources.snowflakes import datetime_of, first_of, milliseconds_of, unix_ms
from datasources.stores import RoomStore

DAY_MS = 24 * 60 * 60 * 1000

# One sequence for the whole run: no two Snowflakes of a millisecond are the same.
_sequence = count()


def snowflake_at(ms: int) -> int:
    """A new Snowflake of this millisecond; later ones of the same millisecond are greater, up to four million."""
    return first_of(ms) + next(_sequence) % (1 << 22)


@dataclass(slots=True)
class Scene:
    store: RoomStore
    channel_id: ChannelId = field(default_factory=new_channel_id)
    author_id: UserId = field(default_factory=new_user_id)

    def message(self, *, days_ago: float = 0, content: str | None = None) -> Message:
        snowflake = snowflake_at(unix_ms() - int(days_ago * DAY_MS))
        return Message(
            id=message_id(self.channel_id, snowflake),
            room_id=self.channel_id,
            snowflake=snowflake,
            author_id=self.author_id,
            content=f"Grüße {snowflake} 👋" if content is None else content,
            revision=milliseconds_of(snowflake) * 1000,
            created_at=datetime_of(snowflake),
        )

    def message_of(self, claim: SendClaim, content: str) -> Message:
        """The message that a claim stands for."""
        return Message(
            id=message_id(claim.room_id, claim.snowflake),
            room_id=claim.room_id,
            snowflake=claim.snowflake,
            author_id=claim.author_id,
            content=content,
            revision=claim.revision,
            created_at=datetime_of(claim.snowflake),
        )

    def sent(self, message: Message) -> RoomEvent:
        return self._event(EventKind.MESSAGE_SENT, message, snowflake_at(milliseconds_of(message.snowflake)))

    def edited(self, message: Message, content: str, *, revisions: int = 1) -> RoomEvent:
        snowflake = snowflake_at(unix_ms())
        return self._event(
            EventKind.MESSAGE_EDITED,
            replace(message, content=content, revision=message.revision + revisions, edited_at=datetime_of(snowflake)),
            snowflake,
        )

    def deleted(self, message: Message, *, revisions: int = 1) -> RoomEvent:
        snowflake = snowflake_at(unix_ms())
        return self._event(
            EventKind.MESSAGE_DELETED,
            replace(message, content="", revision=message.revision + revisions, deleted_at=datetime_of(snowflake)),
            snowflake,
        )

    async def send(self, *, days_ago: float = 0, content: str | None = None) -> Message:
        message = self.message(days_ago=days_ago, content=content)
        await self.store.write(self.sent(message))
        return message

    async def stored(self, message: Message) -> Message | None:
        (found,) = await self.store.by_ids([message.id])
        return found

    async def shown(self) -> list[Message]:
        """The newest hundred messages of the channel."""
        (page,) = await self.store.pages([(self.channel_id, PageArguments(size=100, from_end=True))])
        if isinstance(page, Exception):
            raise page
        return [edge.node for edge in page.edges]

    def claim(self, key: str, digest: str = "digest") -> SendClaim:
        snowflake = snowflake_at(unix_ms())
        return SendClaim(
            author_id=self.author_id,
            key=key,
            room_id=self.channel_id,
            snowflake=snowflake,
            revision=milliseconds_of(snowflake) * 1000,
            input_digest=digest,
        )

    def _event(self, kind: EventKind, message: Message, snowflake: int) -> RoomEvent:
        return RoomEvent(
            room_id=self.channel_id,
            snowflake=snowflake,
            kind=kind,
            at=datetime_of(snowflake),
            change=message,
            cursor=event_cursor(self.channel_id, snowflake),
        )

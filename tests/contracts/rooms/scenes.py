"""A room to try a `RoomStore` on: makes messages and events as the resolvers would, at any time in the past."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from datasources.records.changes import (
    Belonging,
    Change,
    EventKind,
    Grading,
    Pin,
    Reaction,
    ReadState,
    RoomEvent,
)
from datasources.records.conversations import Block, Conversation, Participant
from datasources.records.ids import (
    RoomId,
    UserId,
    direct_id,
    event_cursor,
    message_id,
    new_channel_id,
    new_group_id,
    new_user_id,
)
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import PageArguments
from datasources.snowflakes import datetime_of, first_of, milliseconds_of, unix_ms
from datasources.stores import RoomStore

DAY_MS: Final = 24 * 60 * 60 * 1000
ROOMS: Final[dict[str, Callable[[UserId], RoomId]]] = {
    "chn": lambda _: new_channel_id(),
    "dir": lambda user_id: direct_id(user_id, new_user_id()),
    "grp": lambda _: new_group_id(),
    "usr": lambda user_id: user_id,
}
"""A new room of each kind, with this person in it."""

KINDS: Final[dict[type, EventKind]] = {
    Reaction: EventKind.REACTION_ADDED,
    Pin: EventKind.MESSAGE_PINNED,
    Grading: EventKind.GRADING_CHANGED,
    ReadState: EventKind.READ_STATE_CHANGED,
    Conversation: EventKind.CONVERSATION_CHANGED,
    Participant: EventKind.PARTICIPANT_CHANGED,
    Block: EventKind.BLOCK_CHANGED,
    Belonging: EventKind.BELONGING_CHANGED,
}

# One sequence for the whole run: no two Snowflakes of a millisecond are the same.
_sequence = count()


def snowflake_at(ms: int) -> int:
    """A new Snowflake of this millisecond; later ones of the same millisecond are greater, up to four million."""
    return first_of(ms) + next(_sequence) % (1 << 22)


@dataclass(slots=True)
class Scene:
    """`kind` is one of `ROOMS`; `records` are the types that rooms of this kind have in this store."""

    store: RoomStore
    kind: str = "chn"
    records: tuple[type[Any], ...] = (Reaction, Pin, Grading, ReadState)
    author_id: UserId = field(default_factory=new_user_id)
    room_id: RoomId = field(init=False)

    def __post_init__(self) -> None:
        self.room_id = ROOMS[self.kind](self.author_id)

    def another(self, author_id: UserId | None = None) -> "Scene":
        """Another room of this kind in the same store, with this author or a new one."""
        return Scene(self.store, self.kind, self.records, author_id or new_user_id())

    def message(self, *, days_ago: float = 0, content: str | None = None) -> Message:
        snowflake = snowflake_at(unix_ms() - int(days_ago * DAY_MS))
        return Message(
            id=message_id(self.room_id, snowflake),
            room_id=self.room_id,
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
            idempotency_key=claim.key or None,
        )

    def sent(self, message: Message) -> RoomEvent:
        return self._event(EventKind.MESSAGE_SENT, message, snowflake_at(milliseconds_of(message.snowflake)))

    def edited(self, message: Message, content: str, *, revisions: int = 1) -> RoomEvent:
        """An edit of this message, which is what was before it."""
        snowflake = snowflake_at(unix_ms())
        edited = replace(
            message, content=content, revision=message.revision + revisions, edited_at=datetime_of(snowflake)
        )
        return replace(self._event(EventKind.MESSAGE_EDITED, edited, snowflake), previous=message)

    def deleted(self, message: Message, *, revisions: int = 1) -> RoomEvent:
        snowflake = snowflake_at(unix_ms())
        deleted = replace(
            message,
            content="",
            attachments=(),
            revision=message.revision + revisions,
            deleted_at=datetime_of(snowflake),
        )
        return self._event(EventKind.MESSAGE_DELETED, deleted, snowflake)

    def changed(self, change: Change, *, quiet: bool = False) -> RoomEvent:
        """A change of a record in the log of this room."""
        return replace(self._event(KINDS[type(change)], change, snowflake_at(unix_ms())), quiet=quiet)

    async def send(self, *, days_ago: float = 0, content: str | None = None) -> Message:
        message = self.message(days_ago=days_ago, content=content)
        await self.store.write(self.sent(message))
        return message

    async def stored(self, message: Message) -> Message | None:
        (found,) = await self.store.by_ids([message.id])
        return found

    async def shown(self) -> list[Message]:
        """The newest hundred messages of the room."""
        (page,) = await self.store.pages([(self.room_id, PageArguments(size=100, from_end=True))])
        if isinstance(page, Exception):
            raise page
        return [edge.node for edge in page.edges]

    async def log(self) -> list[RoomEvent]:
        """The events of this room; a log need not give what was before an edit, which is in the history."""
        return [logged(event) for event in await self.store.events(self.room_id, 0, 1_000)]

    def claim(self, key: str, digest: str = "digest") -> SendClaim:
        snowflake = snowflake_at(unix_ms())
        return SendClaim(
            author_id=self.author_id,
            key=key,
            room_id=self.room_id,
            snowflake=snowflake,
            revision=milliseconds_of(snowflake) * 1000,
            input_digest=digest,
        )

    def _event(self, kind: EventKind, change: Change, snowflake: int) -> RoomEvent:
        return RoomEvent(
            room_id=self.room_id,
            snowflake=snowflake,
            kind=kind,
            at=datetime_of(snowflake),
            change=change,
            cursor=event_cursor(self.room_id, snowflake),
        )


def logged(event: RoomEvent) -> RoomEvent:
    """The event as a log gives it at least."""
    return replace(event, previous=None)

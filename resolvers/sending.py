"""Sending messages, to channels and to conversations. Source: documents 000, 003 and 004, and consistency.md."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from datasources.events.fold import OVERLAP_MS, REMEMBERED_MS
from datasources.records.changes import EventKind
from datasources.records.ids import MESSAGE_PREFIXES, MessageId, RoomId, UserId, message_id, prefix_of, split_message_id
from datasources.records.messages import Attachment, Message, MessageType, SendClaim
from datasources.snowflakes import datetime_of, milliseconds_of, unix_ms
from datasources.stores import MembershipStore, RoomStore
from resolvers.access import open_room_of, room_of, well_formed
from resolvers.attachments import checked_attachments
from resolvers.caller import Caller
from resolvers.creation import checked_key
from resolvers.errors import BadInput, ProblemCode, Refused, refusal
from resolvers.loaders import readable_messages_by_id
from resolvers.permissions import RoomAccess
from resolvers.permissions import room_of as id_of
from resolvers.readers import readers_among, told_of
from resolvers.recording import Recorder, next_revision
from resolvers.validation import Validation

CONTENT_MAXIMUM: Final = 4_000
MENTIONS_MAXIMUM: Final = 20

FRESH_MS: Final = REMEMBERED_MS - OVERLAP_MS
"""Streams know an event again that is this old, and drop it."""

LOOKED_THROUGH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to send. `reply_to_id` and `mentioned_ids` are as they were written: not checked yet."""

    content: str
    type: MessageType = MessageType.TEXT
    attachments: tuple[Attachment, ...] = ()
    reply_to_id: str | None = None
    mentioned_ids: tuple[str, ...] = ()

    def digest(self, room_id: RoomId) -> str:
        values = (room_id, self.content, self.type.value, self.reply_to_id, self.mentioned_ids)
        files = [(each.url, each.name, each.media_type, each.size) for each in self.attachments]
        return sha256(repr((values, files)).encode()).hexdigest()


class Sending:
    def __init__(self, rooms: RoomStore, memberships: MembershipStore, recorder: Recorder) -> None:
        self._rooms = rooms
        self._memberships = memberships
        self._recorder = recorder

    async def send(self, caller: Caller, room: str, draft: Draft, idempotency_key: str | None) -> Message:
        """Sends a message: durable, and noted for those whom it concerns, when this returns.

        The same key from the same caller gives the same message, also where what it answers has gone since.
        """
        draft = _checked(draft)
        if idempotency_key is not None:
            checked_key(idempotency_key)
        access = await room_of(caller, room, "roomId")
        claim = self._claim(caller, id_of(access), draft, idempotency_key)
        try:
            access = await open_room_of(caller, room, "roomId")
            draft = await self._referring(caller, access, draft)
        except Refused:
            sent = await self._sent(await self._rooms.claimed(claim), claim) if idempotency_key is not None else None
            if sent is None:
                raise
            await self._complete(sent, access)
            return sent
        if idempotency_key is not None:
            standing = await self._rooms.claim(claim)
            sent = await self._sent(standing, claim)
            if sent is not None:
                await self._complete(sent, access)
                return sent
            claim = standing
        return await self._write(claim, draft, access)

    def _claim(self, caller: Caller, room_id: RoomId, draft: Draft, key: str | None) -> SendClaim:
        return SendClaim(
            author_id=caller.user_id,
            key=key or "",
            room_id=room_id,
            snowflake=self._recorder.next_snowflake(),
            revision=next_revision(0),
            input_digest=draft.digest(room_id),
        )

    async def _sent(self, standing: SendClaim | None, claim: SendClaim) -> Message | None:
        """What was sent under an earlier claim of this key; `Refused` where that was another message."""
        if standing is None or standing.snowflake == claim.snowflake:
            return None
        if standing.input_digest != claim.input_digest:
            raise refusal(ProblemCode.CONFLICT, "This key was used for another message.", "idempotencyKey")
        found = await self._rooms.by_ids([message_id(standing.room_id, standing.snowflake)])
        if found[0] is not None and found[0].alias_of is not None:
            found = await self._rooms.by_ids([found[0].alias_of])
        sent = found[0]
        if sent is not None and sent.deleted_at is not None:
            raise refusal(ProblemCode.CONFLICT, "This message was sent and deleted.", "idempotencyKey")
        return sent

    async def _complete(self, sent: Message, access: RoomAccess) -> None:
        """Does over what the attempt that wrote this message may have left undone: that was perhaps never acknowledged.

        It may have ended before it told anybody, or taken effect so late that its event is behind cursors. So this is
        one more attempt, with events of its own, as long as streams drop what they had already. Later than that, or
        after an edit, only the logs of persons that lack the message get it.
        """
        kind, people = told_of(sent, access)
        readers = await readers_among(self._memberships, access, people)
        people = [user_id for user_id in people if user_id in readers]
        if sent.edited_at is None and unix_ms() - milliseconds_of(sent.snowflake) < FRESH_MS:
            await self._recorder.record(EventKind.MESSAGE_SENT, sent)
        else:
            people = await self._untold(sent, people)
        await self._recorder.tell(kind, sent, people)

    async def _untold(self, sent: Message, people: Sequence[UserId]) -> list[UserId]:
        """Those of these people whose logs lack the message."""
        logs = await asyncio.gather(
            *(self._rooms.events(user_id, sent.snowflake, LOOKED_THROUGH) for user_id in people)
        )
        return [
            user_id
            for user_id, events in zip(people, logs, strict=True)
            if not any(isinstance(event.change, Message) and event.change.id == sent.id for event in events)
        ]

    async def _referring(self, caller: Caller, access: RoomAccess, draft: Draft) -> Draft:
        """The draft with what it refers to, all of it there; `Refused` otherwise."""
        validation = Validation()
        reply_to_id = draft.reply_to_id
        if reply_to_id is not None:
            answered = None
            if _room_of(reply_to_id) != id_of(access):
                validation.refuse(ProblemCode.INVALID, "A reply stays where its message is.", "replyToId")
            else:
                answered = await caller.loaders.load(readable_messages_by_id, MessageId(reply_to_id))
                if answered is None:
                    validation.refuse(ProblemCode.NOT_FOUND, "There is no such message.", "replyToId")
            reply_to_id = None if answered is None else answered.id
        people = [UserId(user_id) for user_id in draft.mentioned_ids]
        readers = await readers_among(self._memberships, access, people)
        for number, user_id in enumerate(people):
            if user_id not in readers:
                path = ("mentionedUserIds", str(number))
                validation.refuse(ProblemCode.NOT_FOUND, "There is nobody of this id who may read this.", *path)
        validation.done()
        return replace(draft, reply_to_id=reply_to_id)

    async def _write(self, claim: SendClaim, draft: Draft, access: RoomAccess) -> Message:
        """Every attempt has the id and revision of the claim, so attempts fold to one."""
        message = Message(
            id=message_id(claim.room_id, claim.snowflake),
            room_id=claim.room_id,
            snowflake=claim.snowflake,
            author_id=claim.author_id,
            content=draft.content,
            revision=claim.revision,
            created_at=datetime_of(claim.snowflake),
            type=draft.type,
            attachments=draft.attachments,
            reply_to_id=None if draft.reply_to_id is None else MessageId(draft.reply_to_id),
            mentioned_ids=tuple(UserId(user_id) for user_id in draft.mentioned_ids),
            idempotency_key=claim.key or None,
        )
        await self._recorder.record(EventKind.MESSAGE_SENT, message)
        kind, people = told_of(message, access)
        await self._recorder.tell(kind, message, people)
        return message


def checked_content(validation: Validation, content: str, *, alone: bool) -> str:
    """What a message says; it may say nothing where it does not stand `alone`, but has attachments."""
    return validation.block("content", content, 1 if alone else 0, CONTENT_MAXIMUM)


def _checked(draft: Draft) -> Draft:
    """The draft, as far as it can be judged by itself; `BadInput` for malformed ids, `Refused`."""
    validation = Validation()
    attachments = checked_attachments(validation, draft.type, draft.attachments)
    content = checked_content(validation, draft.content, alone=not draft.attachments)
    if len(draft.mentioned_ids) > MENTIONS_MAXIMUM:
        validation.refuse(ProblemCode.INVALID, f"At most {MENTIONS_MAXIMUM} can be mentioned.", "mentionedUserIds")
    elif len(set(draft.mentioned_ids)) < len(draft.mentioned_ids):
        validation.refuse(ProblemCode.INVALID, "Each can be mentioned once.", "mentionedUserIds")
    validation.done()
    for user_id in draft.mentioned_ids:
        well_formed("usr", user_id)
    if draft.reply_to_id is not None and prefix_of(draft.reply_to_id) not in MESSAGE_PREFIXES:
        raise BadInput(f"`{draft.reply_to_id[:80]}` is not the id of a message.")
    return replace(draft, content=content, attachments=attachments)


def _room_of(message: str) -> RoomId | None:
    place = split_message_id(message)
    return None if place is None else place[0]

"""Channel messages: send, edit, delete. Source: document 000 and `consistency.md`."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

from datasources.records.changes import EventKind
from datasources.records.ids import MessageId, RoomId, message_id
from datasources.records.messages import Message, SendClaim
from datasources.snowflakes import datetime_of
from datasources.stores import RoomStore
from resolvers.access import message_of, open_room_of
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.creation import checked_key
from resolvers.errors import ProblemCode, refusal
from resolvers.permissions import may_delete_message, may_edit_message, room_of
from resolvers.recording import Recorder, next_revision
from resolvers.validation import Validation

CONTENT_MAXIMUM: Final = 4_000
ATTEMPTS_TO_BE_TIMELY: Final = 3


class Messages:
    """What can be done with messages."""

    def __init__(self, store: RoomStore, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder

    async def send(self, caller: Caller, room_id: str, content: str, idempotency_key: str | None) -> Message:
        """Sends a message: durable when this returns. The same key from the same caller gives the same message."""
        validation = Validation()
        content = validation.block("content", content, 1, CONTENT_MAXIMUM)
        validation.done()
        if idempotency_key is not None:
            checked_key(idempotency_key)
        access = await open_room_of(caller, room_id, "channelId")
        claim = self._claim(caller, room_of(access), content, idempotency_key)
        if idempotency_key is None:
            return await self._send(claim, content)
        standing = await self._store.claim(claim)
        if standing.input_digest != claim.input_digest:
            raise refusal(ProblemCode.CONFLICT, "This key was used for another message.", "idempotencyKey")
        if standing.snowflake != claim.snowflake:
            sent = (await self._store.by_ids([message_id(standing.room_id, standing.snowflake)]))[0]
            if sent is not None:
                if sent.deleted_at is not None:
                    raise refusal(ProblemCode.CONFLICT, "This message was sent and deleted.", "idempotencyKey")
                return sent
        return await self._send(standing, content)

    async def edit(self, caller: Caller, message: str, content: str, revision: int | None) -> Message:
        """Replaces the content; with `revision`, only where the message has not changed since that one."""
        validation = Validation()
        content = validation.block("content", content, 1, CONTENT_MAXIMUM)
        validation.done()
        found, _ = await message_of(caller, message, "messageId")
        if not may_edit_message(found, caller.user_id):
            raise refusal(ProblemCode.FORBIDDEN, "Only its author may edit a message.", "messageId")
        if revision is not None and revision != found.revision:
            raise refusal(ProblemCode.CONFLICT, "The message has changed since; read it again.", "revision")
        if content == found.content:
            return found
        edited = replace(found, content=content, revision=next_revision(found.revision), edited_at=now())
        return await self._change(caller, EventKind.MESSAGE_EDITED, edited)

    async def delete(self, caller: Caller, message: str) -> MessageId:
        """Deletes a message for everybody, its content with it. Gives its id."""
        found, access = await message_of(caller, message, "messageId")
        if not may_delete_message(found, caller.user_id, access):
            raise refusal(ProblemCode.FORBIDDEN, "Only its author or a moderator may delete a message.", "messageId")
        deleted = replace(found, content="", revision=next_revision(found.revision), deleted_at=now())
        return (await self._change(caller, EventKind.MESSAGE_DELETED, deleted)).id

    def _claim(self, caller: Caller, room_id: RoomId, content: str, key: str | None) -> SendClaim:
        return SendClaim(
            author_id=caller.user_id,
            key=key or "",
            room_id=room_id,
            snowflake=self._recorder.next_snowflake(),
            revision=next_revision(0),
            input_digest=sha256(f"{room_id}\n{content}".encode()).hexdigest(),
        )

    async def _send(self, claim: SendClaim, content: str) -> Message:
        """Writes the claimed message. Every attempt has the id and revision of the claim, so attempts fold to one."""
        message = Message(
            id=message_id(claim.room_id, claim.snowflake),
            room_id=claim.room_id,
            snowflake=claim.snowflake,
            author_id=claim.author_id,
            content=content,
            revision=claim.revision,
            created_at=datetime_of(claim.snowflake),
        )
        await self._recorder.record(EventKind.MESSAGE_SENT, message)
        return message

    async def _change(self, caller: Caller, kind: EventKind, message: Message) -> Message:
        await self._recorder.record(kind, message)
        caller.loaders.forget()
        return message

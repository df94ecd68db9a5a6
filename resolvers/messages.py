"""Messages once they are sent: edit and delete. Source: document 000 and consistency.md."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from datasources.records.changes import EventKind
from datasources.records.ids import MessageId
from datasources.records.messages import Message, SendClaim
from datasources.snowflakes import datetime_of
from datasources.stores import RoomStore
from resolvers.access import message_of
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.errors import ProblemCode, Refused, refusal
from resolvers.permissions import may_delete_message, may_edit_message
from resolvers.recording import Recorder, next_revision
from resolvers.sending import checked_content
from resolvers.validation import Validation

ABANDONED_AFTER: Final = timedelta(minutes=1)
"""An edit that was claimed is written within seconds, or it was given up."""

CLAIMS_OF_A_REVISION: Final = 3


class Messages:
    def __init__(self, rooms: RoomStore, recorder: Recorder) -> None:
        self._rooms = rooms
        self._recorder = recorder

    async def edit(self, caller: Caller, message: str, content: str, revision: int | None) -> Message:
        """Replaces the content; with `revision`, only where the message has not changed since that one.

        Of any number of edits from one revision one is made. An edit without a revision asks for none of that: of two,
        the later one stands, and one that overtakes an edit with a revision stands in its place. What was said before
        is kept, for moderators.
        """
        found, _ = await message_of(caller, message, "messageId")
        if not may_edit_message(found, caller.user_id):
            raise refusal(ProblemCode.FORBIDDEN, "Only its author may edit a message.", "messageId")
        validation = Validation()
        content = checked_content(validation, content, alone=not found.attachments)
        validation.done()
        if revision is not None and revision != found.revision:
            raise _changed_since()
        if content == found.content:
            return found
        if revision is not None:
            await self._claim_edit(found)
        edited = replace(found, content=content, revision=next_revision(found.revision), edited_at=now())
        await self._recorder.record(EventKind.MESSAGE_EDITED, edited, previous=found)
        caller.loaders.forget()
        return edited

    async def delete(self, caller: Caller, message: str) -> MessageId:
        """Deletes a message for everybody, and all that it said with it. Gives its id."""
        found, access = await message_of(caller, message, "messageId")
        if not may_delete_message(found, caller.user_id, access):
            raise refusal(ProblemCode.FORBIDDEN, "Only its author or a moderator may delete a message.", "messageId")
        deleted = replace(
            found,
            content="",
            attachments=(),
            mentioned_ids=(),
            reply_to_id=None,
            revision=next_revision(found.revision),
            deleted_at=now(),
        )
        await self._recorder.record(EventKind.MESSAGE_DELETED, deleted)
        caller.loaders.forget()
        return deleted.id

    async def _claim_edit(self, found: Message) -> None:
        """Makes this the one edit from this revision; `Refused` where another one has claimed that.

        The claim is of the message's own store, conditional and durable, under a key that no client can have sent. One
        whose process died before it wrote holds nobody up for longer than `ABANDONED_AFTER`. While a fail-over keeps
        claims in two stores, two edits can still be made; the later one stands, and the other is in the history.
        """
        for attempt in range(CLAIMS_OF_A_REVISION):
            claim = SendClaim(
                author_id=found.author_id,
                key=f"edit\n{found.id}\n{found.revision}\n{attempt}",
                room_id=found.room_id,
                snowflake=self._recorder.next_snowflake(),
                revision=found.revision,
                input_digest="",
            )
            standing = await self._rooms.claim(claim)
            if standing.snowflake == claim.snowflake:
                return
            if now() - datetime_of(standing.snowflake) < ABANDONED_AFTER:
                break
        raise _changed_since()


def _changed_since() -> Refused:
    return refusal(ProblemCode.CONFLICT, "The message has changed since; read it again.", "revision")

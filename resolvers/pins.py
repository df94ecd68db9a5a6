"""Messages that a room shows at its head. Source: document 000."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from datasources.records.changes import EventKind, Pin
from datasources.records.messages import Message
from resolvers.access import message_of
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.errors import ProblemCode, refusal
from resolvers.loaders import PIN_RECORDS_MAXIMUM, messages_by_id, pin_records_by_room
from resolvers.permissions import may_moderate_room
from resolvers.recording import Recorder, next_revision

PINS_MAXIMUM: Final = 50
"""Of a room. It is looked at before a pin is written: of some at the same moment a few may be over it."""


class Pins:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def pin(self, caller: Caller, message: str) -> Message:
        """Pins a message; one that is pinned stays as it is, and nobody is told."""
        found, standing = await self._pinned(caller, message)
        mine = _of(standing, found)
        if mine is not None and mine.active:
            return found
        await self._within_bounds(caller, standing, new=mine is None)
        pin = Pin(
            room_id=found.room_id,
            message_id=found.id,
            target=found.snowflake,
            pinned_by=caller.user_id,
            pinned_at=now(),
            active=True,
            revision=next_revision(0 if mine is None else mine.revision),
        )
        return await self._record(caller, EventKind.MESSAGE_PINNED, pin, found)

    async def unpin(self, caller: Caller, message: str) -> Message:
        """Takes a pin down, if there is one. Who had pinned the message, and when, stays in its record."""
        found, standing = await self._pinned(caller, message)
        mine = _of(standing, found)
        if mine is None or not mine.active:
            return found
        ended = replace(mine, active=False, revision=next_revision(mine.revision))
        return await self._record(caller, EventKind.MESSAGE_UNPINNED, ended, found)

    async def _pinned(self, caller: Caller, message: str) -> tuple[Message, Sequence[Pin]]:
        found, access = await message_of(caller, message, "messageId")
        if not may_moderate_room(access):
            raise refusal(ProblemCode.FORBIDDEN, "Only owners and moderators may pin messages here.", "messageId")
        return found, await caller.loaders.load(pin_records_by_room, found.room_id)

    async def _within_bounds(self, caller: Caller, pins: Sequence[Pin], *, new: bool) -> None:
        """`Refused` where one more is too many. Pins of deleted messages do not count."""
        active = [pin.message_id for pin in pins if pin.active]
        if len(active) >= PINS_MAXIMUM:
            messages = await caller.loaders.load_many(messages_by_id, active)
            if sum(message is not None and not message.final for message in messages) >= PINS_MAXIMUM:
                raise refusal(ProblemCode.CONFLICT, f"{PINS_MAXIMUM} messages are pinned here already.", "messageId")
        if new and len(pins) >= PIN_RECORDS_MAXIMUM:
            raise refusal(ProblemCode.CONFLICT, "No further message can be pinned here.", "messageId")

    async def _record(self, caller: Caller, kind: EventKind, pin: Pin, message: Message) -> Message:
        await self._recorder.record(kind, pin)
        caller.loaders.forget()
        return message


def _of(pins: Sequence[Pin], message: Message) -> Pin | None:
    return next((pin for pin in pins if pin.message_id == message.id), None)

"""Reactions to messages. Source: documents 000 and 003."""

from collections.abc import Sequence
from typing import Final

from datasources.records.changes import EventKind, Reaction
from datasources.records.ids import UserId
from datasources.records.messages import Message
from datasources.stores import RoomStore
from resolvers.access import message_of
from resolvers.caller import Caller
from resolvers.emoji import emoji_of
from resolvers.errors import ProblemCode, refusal
from resolvers.reaction_groups import standing
from resolvers.recording import Recorder, next_revision

EMOJI_MAXIMUM: Final = 20
"""Different ones on a message, and of one person those taken back too."""

REACTIONS_MAXIMUM: Final = 2_000
"""On a message, those taken back too: each is kept for good."""


class Reactions:
    """The bounds are looked at before a reaction is written: of some at the same moment a few may be over them."""

    def __init__(self, rooms: RoomStore, recorder: Recorder) -> None:
        self._rooms = rooms
        self._recorder = recorder

    async def add(self, caller: Caller, message: str, emoji: str) -> Message:
        """Reacts to a message; one that the caller has made already stays as it is, and nobody is told."""
        return await self._set(caller, message, emoji, active=True)

    async def remove(self, caller: Caller, message: str, emoji: str) -> Message:
        """Takes the caller's own reaction back, if there is one."""
        return await self._set(caller, message, emoji, active=False)

    async def _set(self, caller: Caller, message: str, text: str, *, active: bool) -> Message:
        emoji = emoji_of(text)
        if emoji is None:
            raise refusal(ProblemCode.INVALID, "Must be one emoji.", "emoji")
        found, _ = await message_of(caller, message, "messageId")
        (reactions,) = await self._rooms.of_messages(Reaction, [found.id])
        mine = next((each for each in reactions if each.user_id == caller.user_id and each.emoji == emoji), None)
        if (mine is not None and mine.active) == active:
            return found
        if active:
            _within_bounds(reactions, caller.user_id, emoji, new=mine is None)
        change = Reaction(
            room_id=found.room_id,
            message_id=found.id,
            target=found.snowflake,
            user_id=caller.user_id,
            emoji=emoji,
            active=active,
            revision=next_revision(0 if mine is None else mine.revision),
        )
        await self._recorder.record(EventKind.REACTION_ADDED if active else EventKind.REACTION_REMOVED, change)
        caller.loaders.forget()
        return found


def _within_bounds(reactions: Sequence[Reaction], user_id: UserId, emoji: str, *, new: bool) -> None:
    """`Refused` where one more with this emoji is too many; a `new` one is a record more as well."""
    different = {each.emoji for each in standing(reactions)}
    if emoji not in different and len(different) >= EMOJI_MAXIMUM:
        raise refusal(ProblemCode.CONFLICT, f"This message has {EMOJI_MAXIMUM} different emoji already.", "emoji")
    if new and sum(each.user_id == user_id for each in reactions) >= EMOJI_MAXIMUM:
        raise refusal(ProblemCode.CONFLICT, "You have reacted with enough different emoji.", "emoji")
    if new and len(reactions) >= REACTIONS_MAXIMUM:
        raise refusal(ProblemCode.CONFLICT, "This message has as many reactions as it can take.", "messageId")

"""Groups and who takes part in them. Source: documents 003 and 004; roles and limits are ours."""

from dataclasses import replace
from typing import Final

from datasources.records.changes import EventKind
from datasources.records.conversations import Conversation, ConversationKind, Participant, ParticipantRole
from datasources.records.ids import ConversationId, UserId
from datasources.stores import Stores
from resolvers.access import room_of, well_formed
from resolvers.belonging import tell_belonging
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.conversations import GROUP_MAXIMUM, group_name, may_be_added
from resolvers.errors import BadInput, ProblemCode, refusal
from resolvers.loaders import PARTICIPANTS_MAXIMUM
from resolvers.permissions import ConversationAccess, longest_standing, may_own_conversation
from resolvers.recording import Recorder, next_revision
from resolvers.watch import AccessChange, Announce

_ID: Final = "conversationId"


class Groups:
    """What changes in a group once it has begun."""

    def __init__(self, stores: Stores, recorder: Recorder, announce: Announce) -> None:
        self._stores = stores
        self._recorder = recorder
        self._announce = announce

    async def rename(self, caller: Caller, group: str, name: str) -> Conversation:
        name = group_name(name)
        access = await self._owned(caller, group)
        conversation = access.view.conversation
        if conversation.name == name:
            return conversation
        renamed = replace(conversation, name=name, revision=next_revision(conversation.revision))
        await self._recorder.record(EventKind.CONVERSATION_CHANGED, renamed)
        caller.loaders.forget()
        return renamed

    async def add(self, caller: Caller, group: str, user: str) -> Conversation:
        """Lets a person in, who reads the group's messages from its beginning, as in a channel."""
        access = await self._owned(caller, group)
        group_id, user_id = access.view.conversation.id, UserId(well_formed("usr", user))
        await may_be_added(caller, [user_id], "userId")
        participant = access.view.participant(user_id)
        if participant is None:
            participant = await self._newcomer(access, group_id, user_id)
            await self._recorder.record(EventKind.PARTICIPANT_CHANGED, participant)
            caller.loaders.forget()
        # Whoever is in already is told again: an earlier attempt may have failed in between.
        await tell_belonging(self._recorder, group_id, {user_id: participant.role.value})
        return access.view.conversation

    async def remove(self, caller: Caller, group: str, user: str) -> UserId:
        """Takes a person out of the group, or the caller, who then leaves. Gives who was removed."""
        user_id = UserId(well_formed("usr", user))
        access = await self._group(caller, group) if user_id == caller.user_id else await self._owned(caller, group)
        group_id = access.view.conversation.id
        participant = access.view.participant(user_id)
        if participant is None:
            raise refusal(ProblemCode.NOT_FOUND, "This person does not take part.", "userId")
        left = replace(participant, left_at=now(), revision=next_revision(participant.revision))
        await self._recorder.record(EventKind.PARTICIPANT_CHANGED, left)
        caller.loaders.forget()
        await self._announce(AccessChange(user_id=user_id, room_id=group_id))
        await tell_belonging(self._recorder, group_id, {user_id: None})
        await self._hand_on(group_id)
        return user_id

    async def _hand_on(self, group_id: ConversationId) -> None:
        """Gives a group that has lost its last owner another one; who asks looks after their own leaving is written."""
        found = await self._stores.rooms.of_rooms(Participant, [group_id], PARTICIPANTS_MAXIMUM)
        present = [each for each in found[0] if each.left_at is None]
        if not present or any(each.role is ParticipantRole.OWNER for each in present):
            return
        heir = longest_standing(present)
        owner = replace(heir, role=ParticipantRole.OWNER, revision=next_revision(heir.revision))
        await self._recorder.record(EventKind.PARTICIPANT_CHANGED, owner)
        await tell_belonging(self._recorder, group_id, {owner.user_id: owner.role.value})

    async def _newcomer(self, access: ConversationAccess, group_id: ConversationId, user_id: UserId) -> Participant:
        newcomer = Participant(group_id, user_id, ParticipantRole.MEMBER, now(), None, next_revision(0))
        standing = (await self._stores.rooms.stored([newcomer]))[0]
        if len(access.view.participants) >= GROUP_MAXIMUM:
            raise refusal(ProblemCode.CONFLICT, f"A group has at most {GROUP_MAXIMUM} people.", "userId")
        if standing is not None:
            return replace(newcomer, revision=next_revision(standing.revision))
        ever = await self._stores.rooms.of_rooms(Participant, [group_id], PARTICIPANTS_MAXIMUM)
        if len(ever[0]) >= PARTICIPANTS_MAXIMUM:
            message = f"{PARTICIPANTS_MAXIMUM} people have come and gone in this group; begin a new one."
            raise refusal(ProblemCode.CONFLICT, message, "userId")
        return newcomer

    async def _owned(self, caller: Caller, group: str) -> ConversationAccess:
        access = await self._group(caller, group)
        if not may_own_conversation(access):
            raise refusal(ProblemCode.FORBIDDEN, "Only an owner of the group may do this.", _ID)
        return access

    async def _group(self, caller: Caller, group: str) -> ConversationAccess:
        if group.startswith("chn_"):
            raise BadInput("A channel is no group.")
        access = await room_of(caller, group, _ID)
        if not isinstance(access, ConversationAccess) or access.view.conversation.kind is not ConversationKind.GROUP:
            raise refusal(ProblemCode.CONFLICT, "A conversation of two has no name and no other people.", _ID)
        return access

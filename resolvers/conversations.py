"""Conversations: of two, which either may begin and close to the other, and groups. Source: document 003."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from datasources.records.changes import EventKind
from datasources.records.conversations import Block, Conversation, ConversationKind, Participant, ParticipantRole
from datasources.records.ids import UserId, direct_id, new_group_id
from datasources.stores import Stores
from resolvers.access import well_formed
from resolvers.belonging import AT_ONCE, tell_belonging
from resolvers.caller import Caller
from resolvers.clock import now
from resolvers.creation import claimed_id
from resolvers.errors import ProblemCode, Refused, refusal
from resolvers.loaders import blocked_by_user, conversation_access_by_id, visible_users_by_id
from resolvers.permissions import ConversationAccess
from resolvers.recording import Recorder, next_revision
from resolvers.validation import Validation

NAME_MAXIMUM: Final = 80
GROUP_MINIMUM: Final = 2
GROUP_MAXIMUM: Final = 100

_FIRST: Final = 1
"""The revision of all that a conversation begins with: whoever begins it once more undoes nothing that came after."""


class Conversations:
    """A conversation's own record is written last, so that nobody sees one that lacks people."""

    def __init__(self, stores: Stores, recorder: Recorder) -> None:
        self._stores = stores
        self._recorder = recorder

    async def start(self, caller: Caller, user: str) -> Conversation:
        """Begins the conversation with this person, or gives the one that there is."""
        other = _other(caller, user)
        return (await self._begun(caller, other, told=(caller.user_id, other))).view.conversation

    async def create_group(
        self, caller: Caller, name: str, users: Sequence[str], idempotency_key: str | None
    ) -> Conversation:
        """Begins a group of these people and the caller, who owns it."""
        name = group_name(name)
        others = list(dict.fromkeys(UserId(well_formed("usr", user)) for user in users))
        people = [caller.user_id, *(each for each in others if each != caller.user_id)]
        if not GROUP_MINIMUM <= len(people) <= GROUP_MAXIMUM:
            message = f"A group has {GROUP_MINIMUM} to {GROUP_MAXIMUM} people, its owner among them."
            raise refusal(ProblemCode.INVALID, message, "userIds")
        await may_be_added(caller, others, "userIds")
        group_id, again = await claimed_id(
            self._stores.creation_claims, caller, "createGroup", idempotency_key, new_group_id(), name, *sorted(people)
        )
        if again:
            access = await caller.loaders.load(conversation_access_by_id, group_id)
            if access is not None:
                if access.participant is None:
                    raise refusal(ProblemCode.NOT_FOUND, "You have left this group.", "idempotencyKey")
                return access.view.conversation
        moment = now()
        group = Conversation(group_id, ConversationKind.GROUP, name, caller.user_id, moment, _FIRST)
        roles = dict.fromkeys(people, ParticipantRole.MEMBER) | {caller.user_id: ParticipantRole.OWNER}
        await self._begin(group, (Participant(group_id, each, roles[each], moment, None, _FIRST) for each in people))
        await tell_belonging(self._recorder, group_id, {each: role.value for each, role in roles.items()})
        caller.loaders.forget()
        return group

    async def block(self, caller: Caller, user: str) -> Conversation:
        """Closes the conversation with this person, which is begun for that if need be, without telling them."""
        access = await self._begun(caller, _other(caller, user), told=(caller.user_id,))
        return await self._set_block(caller, access, active=True)

    async def unblock(self, caller: Caller, user: str) -> Conversation:
        """Takes the caller's block back; the conversation stays closed where the other has one too."""
        room_id = direct_id(caller.user_id, _other(caller, user))
        access = await caller.loaders.load(conversation_access_by_id, room_id)
        if access is None or caller.user_id not in access.view.blocked_by:
            raise refusal(ProblemCode.NOT_FOUND, "You have not blocked this person.", "userId")
        return await self._set_block(caller, access, active=False)

    async def _set_block(self, caller: Caller, access: ConversationAccess, *, active: bool) -> Conversation:
        conversation = access.view.conversation
        if (caller.user_id in access.view.blocked_by) != active:
            wanted = Block(conversation.id, caller.user_id, active, 0)
            standing = (await self._stores.rooms.stored([wanted]))[0]
            revision = next_revision(0 if standing is None else standing.revision)
            await self._recorder.record(
                EventKind.BLOCK_CHANGED, Block(conversation.id, caller.user_id, active, revision)
            )
            caller.loaders.forget()
        return conversation

    async def _begun(self, caller: Caller, other: UserId, *, told: Sequence[UserId]) -> ConversationAccess:
        room_id = direct_id(caller.user_id, other)
        access = await caller.loaders.load(conversation_access_by_id, room_id)
        if access is not None:
            return access
        if await caller.loaders.load(visible_users_by_id, other) is None:
            raise no_such_person("userId")
        moment = now()
        conversation = Conversation(room_id, ConversationKind.DIRECT, None, caller.user_id, moment, _FIRST)
        role = ParticipantRole.MEMBER
        people = (caller.user_id, other)
        await self._begin(conversation, (Participant(room_id, each, role, moment, None, _FIRST) for each in people))
        await tell_belonging(self._recorder, room_id, dict.fromkeys(told, role.value))
        caller.loaders.forget()
        begun = await caller.loaders.load(conversation_access_by_id, room_id)
        if begun is None:
            raise RuntimeError(f"{room_id} was begun, and is not there")
        return begun

    async def _begin(self, conversation: Conversation, participants: Iterable[Participant]) -> None:
        slots = asyncio.Semaphore(AT_ONCE)

        async def join(participant: Participant) -> None:
            async with slots:
                await self._recorder.record(EventKind.PARTICIPANT_CHANGED, participant)

        await asyncio.gather(*(join(each) for each in participants))
        await self._recorder.record(EventKind.CONVERSATION_CHANGED, conversation)


async def may_be_added(caller: Caller, people: Sequence[UserId], path: str) -> None:
    """`Refused` where the caller shares no workspace with one of them, or one of the two has blocked the other.

    The answer is the same, so that nobody learns of a block by it.
    """
    visible, blocked = await asyncio.gather(
        caller.loaders.load_many(visible_users_by_id, people), caller.loaders.load_many(blocked_by_user, people)
    )
    if None in visible or any(blocked):
        raise no_such_person(path)


def no_such_person(path: str) -> Refused:
    return refusal(ProblemCode.NOT_FOUND, "There is no such person in your workspaces.", path)


def group_name(name: str) -> str:
    """What a group is called, as it is kept; `Refused` where it cannot be."""
    validation = Validation()
    name = validation.line("name", name, 1, NAME_MAXIMUM)
    validation.done()
    return name


def _other(caller: Caller, user: str) -> UserId:
    other = UserId(well_formed("usr", user))
    if other == caller.user_id:
        raise refusal(ProblemCode.INVALID, "A conversation is with somebody else.", "userId")
    return other

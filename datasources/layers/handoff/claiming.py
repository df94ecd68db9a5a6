"""One message for an idempotency key, whichever store was there when it was claimed."""

from collections import OrderedDict
from typing import Final

from datasources.errors import Unavailable
from datasources.layers.handoff.belief import Belief
from datasources.layers.handoff.reading import Reader
from datasources.layers.handoff.sides import WRITE_SECONDS, First, Owing
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import message_id
from datasources.records.messages import Message, SendClaim

CARRIED_MAXIMUM: Final = 4_096


class Claims:
    """A claim is made in the first store; where that is away, the same one in the second. Mirrored, in both.

    Until the first store has it too, a claim of the second is carried to it before the message is.
    """

    def __init__(self, first: First, second: Owing, belief: Belief, reader: Reader, *, mirrored: bool) -> None:
        self._first = first
        self._second = second
        self._belief = belief
        self._reader = reader
        self._mirrored = mirrored
        self._carried: OrderedDict[tuple[str, str], SendClaim] = OrderedDict()

    async def claim(self, claim: SendClaim) -> SendClaim:
        held = await self._held(claim)
        try:
            standing = await self._claim_in_first(held or claim)
        except Unavailable as away:
            return await self._claim_in_second(held or claim, away)
        other = await self._in_second(standing, is_new=held is None and standing.snowflake == claim.snowflake)
        if other is None or other.snowflake == standing.snowflake:
            return standing
        return await self._chosen(standing, other)

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        held = await self._held(claim)
        if held is not None:
            return held
        try:
            found = await self._first.ask(self._first.store.claimed(claim), WRITE_SECONDS)
        except Unavailable as away:
            try:
                found = await self._second.ask(self._second.store.claimed(claim), WRITE_SECONDS)
            except Unavailable as both:
                raise away from both
            if found is None:
                raise
        return found

    async def carry(self, event: RoomEvent) -> None:
        """Brings the claim of this event's message to the first store, if that was away when it was made.

        Raises `Unavailable` where the message is not to be written there yet: the first store is away, or has another
        message of this key, and then the sweeper makes one of the two.
        """
        change = event.change
        if event.kind is not EventKind.MESSAGE_SENT or not isinstance(change, Message):
            return
        identity = (change.author_id, change.idempotency_key or "")
        carried = self._carried.get(identity)
        if carried is None or carried.snowflake != change.snowflake:
            return
        standing = await self._claim_in_first(carried)
        if standing.snowflake != carried.snowflake:
            raise Unavailable(self._first.name, "it has another message of this idempotency key")
        self._carried.pop(identity, None)

    async def _held(self, claim: SendClaim) -> SendClaim | None:
        """What stands in the second store, while it owes the first."""
        try:
            if not await self._belief.owes():
                return None
            return await self._second.ask(self._second.store.claimed(claim), WRITE_SECONDS)
        except Unavailable:
            return None

    async def _claim_in_first(self, claim: SendClaim) -> SendClaim:
        return await self._first.ask(self._first.store.claim(claim), WRITE_SECONDS)

    async def _claim_in_second(self, claim: SendClaim, away: Unavailable) -> SendClaim:
        try:
            standing = await self._second.ask(self._second.store.claim(claim), WRITE_SECONDS)
        except Unavailable as both:
            raise away from both
        self._carried[standing.author_id, standing.key] = standing
        while len(self._carried) > CARRIED_MAXIMUM:
            self._carried.popitem(last=False)
        return standing

    async def _in_second(self, standing: SendClaim, *, is_new: bool) -> SendClaim | None:
        """The second store's claim; not mirrored, it can have another one only of a key that was used before."""
        try:
            if self._mirrored:
                return await self._second.ask(self._second.store.claim(standing), WRITE_SECONDS)
            return None if is_new else await self._second.ask(self._second.store.claimed(standing), WRITE_SECONDS)
        except Unavailable:
            return None

    async def _chosen(self, one: SendClaim, other: SendClaim) -> SendClaim:
        """Of two claims the smaller one whose message exists; the smaller one where none does."""
        claims = sorted((one, other), key=lambda claim: claim.snowflake)
        found = await self._reader.by_ids([message_id(claim.room_id, claim.snowflake) for claim in claims])
        return next((claim for claim, message in zip(claims, found, strict=True) if message is not None), claims[0])

"""A write goes to the first store; where that is away, to the second, with the mark that the first is owed it.

Mirrored, the first store keeps the mark that the second is owed it, the second is written to as well, and the mark is
cleared behind the acknowledgement.
"""

import asyncio
from collections.abc import Sequence

from datasources.errors import Unavailable
from datasources.layers.handoff.belief import Belief
from datasources.layers.handoff.claiming import Claims
from datasources.layers.handoff.report import Ledger
from datasources.layers.handoff.restamp import Restamp
from datasources.layers.handoff.settling import Settler
from datasources.layers.handoff.sides import WRITE_SECONDS, First, Owing
from datasources.records.changes import RoomEvent


class Writer:
    """The second store keeps what the first could not take; `ledger` counts it."""

    def __init__(
        self, first: First, second: Owing, belief: Belief, claims: Claims, ledger: Ledger, restamp: Restamp
    ) -> None:
        self._first = first
        self._second = second
        self._belief = belief
        self._claims = claims
        self._ledger = ledger
        self._restamp = restamp

    async def write(self, event: RoomEvent) -> RoomEvent:
        """Gives the event as it was logged. Where both stores are away, raises the `Unavailable` of the first."""
        try:
            await self._claims.carry(event)
            return await self._to_first(event)
        except Unavailable as away:
            return await self._to_second(event, away)

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        """Together where the first store takes them, and one by one where it does not."""
        try:
            for event in events:
                await self._claims.carry(event)
            return await self._first.ask(self._first.store.write_many(events), WRITE_SECONDS)
        except Unavailable as away:
            return await asyncio.gather(*(self._to_second(event, away) for event in events))

    async def _to_first(self, event: RoomEvent) -> RoomEvent:
        return await self._first.ask(self._first.store.write(event), WRITE_SECONDS)

    async def _to_second(self, event: RoomEvent, away: Unavailable) -> RoomEvent:
        # The first attempt may have taken effect, unseen: this one is another event of the same revision.
        attempt = self._restamp(event)
        try:
            await self._second.ask(self._second.store.write_owing(attempt), WRITE_SECONDS, insist=True)
        except Unavailable as both:
            raise away from both
        self._ledger.note(attempt, away)
        await self._belief.expire_elsewhere(attempt)
        return attempt


class MirroringWriter(Writer):
    """`mirror_ledger` counts what the second store did not take, and the first keeps."""

    def __init__(
        self,
        first: Owing,
        second: Owing,
        belief: Belief,
        claims: Claims,
        ledger: Ledger,
        restamp: Restamp,
        mirror_ledger: Ledger,
        settler: Settler,
    ) -> None:
        super().__init__(first, second, belief, claims, ledger, restamp)
        self._primary = first
        self._mirror_ledger = mirror_ledger
        self._settler = settler

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        return await asyncio.gather(*(self.write(event) for event in events))

    async def _to_first(self, event: RoomEvent) -> RoomEvent:
        await self._primary.ask(self._primary.store.write_owing(event), WRITE_SECONDS)
        try:
            await self._second.ask(self._second.store.write(event), WRITE_SECONDS)
        except Exception as error:  # noqa: BLE001 - it is durable, and marked: the sweeper repeats it, or buries it
            self._mirror_ledger.note(event, error)
        else:
            self._settler.settle(event)
        return event

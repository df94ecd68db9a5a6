"""Two stores of rooms as one, with hinted hand-off between them. Source: consistency.md."""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal, cast, overload

from datasources.layers.handoff.belief import Belief
from datasources.layers.handoff.claiming import Claims
from datasources.layers.handoff.log import Log
from datasources.layers.handoff.paging import Pager
from datasources.layers.handoff.reading import Reader
from datasources.layers.handoff.report import Ledger, OwedReport
from datasources.layers.handoff.restamp import Restamp
from datasources.layers.handoff.settling import Settler
from datasources.layers.handoff.sides import WRITE_SECONDS, Owing, Side
from datasources.layers.handoff.sweeping import Sweeper
from datasources.layers.handoff.twins import Tell, Twins
from datasources.layers.handoff.writing import MirroringWriter, Writer
from datasources.records.changes import C, Change, R, RoomEvent
from datasources.records.ids import MessageId, RoomId
from datasources.records.messages import Message, SendClaim
from datasources.records.pages import Page, PageArguments
from datasources.stores import OwingStore, RoomStore

SPARED_MS: Final = 5_000
"""How long the writer of a mirrored event is given to settle it."""

REPORT_SECONDS: Final = 1.0

APPLY_SECONDS: Final = 30.0
"""An import brings hundreds of records in one call."""


class Handoff:
    """Implements `RoomStore`: `first` has everything, and while it is away `second` keeps what it is owed.

    Mirrored, both have everything and each keeps what the other is owed. `names` are the stores' as in
    `Unavailable.store`. `restamp` gives an event a fresh id for another attempt; `tell` is told of events that are made
    here, the ends of messages that were made twice. `start` begins the looking and sweeping, which `stop` ends.
    """

    @overload
    def __init__(
        self,
        first: RoomStore,
        second: OwingStore,
        *,
        mirrored: Literal[False],
        restamp: Restamp,
        subject: str,
        names: tuple[str, str],
        tell: Tell | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        first: OwingStore,
        second: OwingStore,
        *,
        mirrored: Literal[True],
        restamp: Restamp,
        subject: str,
        names: tuple[str, str],
        tell: Tell | None = None,
    ) -> None: ...

    def __init__(
        self,
        first: RoomStore,
        second: OwingStore,
        *,
        mirrored: bool,
        restamp: Restamp,
        subject: str,
        names: tuple[str, str],
        tell: Tell | None = None,
    ) -> None:
        self._restamp = restamp
        self._tell = tell
        self._mirrored = mirrored
        # The overloads see to it that a mirrored first store is an owing one.
        self.first = Side(cast("OwingStore", first), names[0])
        self.second = Side(second, names[1])
        self.belief = Belief(self.second)
        self._reader = Reader(self.first, self.second, self.belief, mirrored=mirrored)
        self._pager = Pager(self.first, self.second, self.belief, mirrored=mirrored)
        self._log = Log(self.first, self.second, self.belief)
        self._claims = Claims(self.first, self.second, self.belief, self._reader, mirrored=mirrored)
        self._ledgers = [Ledger(subject, self.second, self.first.name)]
        self._sweepers = [
            Sweeper(subject, self.second, self.first, self.belief.look, self._twins(self.second, self.first))
        ]
        writing = (self.first, self.second, self.belief, self._claims, self._ledgers[0], restamp)
        self._settler = Settler(self.first)
        if mirrored:
            self._ledgers.append(Ledger(subject, self.first, self.second.name))
            self._writer: Writer = MirroringWriter(*writing, self._ledgers[1], self._settler)
            self._sweepers.append(
                Sweeper(
                    subject,
                    self.first,
                    self.second,
                    self._owed_by_first,
                    self._twins(self.first, self.second),
                    spared_ms=SPARED_MS,
                )
            )
        else:
            self._writer = Writer(*writing)

    async def start(self) -> None:
        self._settler.start()
        for sweeper in self._sweepers:
            sweeper.start()

    async def stop(self) -> None:
        """Settles what waits, and ends everything that was begun here."""
        for sweeper in self._sweepers:
            await sweeper.stop()
        await self._settler.stop()
        await self.belief.stop()
        await self.first.stop()
        await self.second.stop()

    async def report(self) -> list[OwedReport]:
        """Each direction of the pair; within a second, whatever the stores do."""
        return await asyncio.gather(*(ledger.report(REPORT_SECONDS) for ledger in self._ledgers))

    async def sweep(self) -> None:
        """One round in each direction, as the sweepers make it. Raises `Unavailable`."""
        for sweeper in self._sweepers:
            await sweeper.sweep()

    async def claim(self, claim: SendClaim) -> SendClaim:
        return await self._claims.claim(claim)

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        return await self._claims.claimed(claim)

    async def write(self, event: RoomEvent) -> RoomEvent:
        return await self._writer.write(event)

    async def write_many(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        return await self._writer.write_many(events)

    async def apply(self, changes: Sequence[Change]) -> None:
        """Without a mark: what of this is lost in an outage, a reader of the log repairs."""
        await self.first.ask(self.first.store.apply(changes), APPLY_SECONDS)
        if self._mirrored:
            await self.second.ask(self.second.store.apply(changes), APPLY_SECONDS)

    async def by_ids(self, ids: Sequence[MessageId]) -> list[Message | None]:
        """Raises `Unavailable` where one is not found and a store was away that may have it.

        The greater of two messages of one idempotency key is found as deleted, with `alias_of` the smaller one.
        """
        return await self._reader.by_ids(ids)

    async def pages(self, requests: Sequence[tuple[RoomId, PageArguments]]) -> list[Page[Message] | Exception]:
        """Pages that a store is missing from say so: not `complete`, and `missing` names it."""
        return await self._pager.pages(requests)

    async def history(self, ids: Sequence[MessageId]) -> list[Sequence[Message]]:
        return await self._reader.history(ids)

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        return await self._reader.of_messages(kind, ids)

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        return await self._reader.of_rooms(kind, rooms, limit)

    async def stored(self, changes: Sequence[C]) -> list[C | None]:
        return await self._reader.stored(changes)

    async def events(self, room_id: RoomId, after: int, limit: int) -> list[RoomEvent]:
        """Raises `Unavailable` where a store cannot be read that may have some of them."""
        return await self._log.events(room_id, after, limit)

    async def log_start(self, room_id: RoomId) -> int:
        return await self._log.start(room_id)

    def _twins(self, debtor: Owing, creditor: Owing) -> Twins:
        return Twins(debtor, creditor, self._reader.by_ids, self._alias)

    async def _alias(self, event: RoomEvent) -> None:
        written = await self._writer.write(self._restamp(event))
        if self._tell is not None:
            await self._tell(written)

    async def _owed_by_first(self) -> RoomEvent | None:
        owed = await self.first.ask(self.first.store.owed(1), WRITE_SECONDS)
        return owed[0] if owed else None

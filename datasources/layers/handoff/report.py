"""What `/health` says of a pair of stores."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from datasources.errors import Unavailable
from datasources.layers.handoff.sides import Owing
from datasources.records.changes import RoomEvent
from datasources.records.debts import Debts

_log: Any = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OwedReport:
    """What `debtor` keeps for `creditor`. `debts` is None where the debtor could not say in time.

    `fallbacks` are the writes of this process since its start that the creditor did not take.
    """

    subject: str
    debtor: str
    creditor: str
    debts: Debts | None
    fallbacks: int
    last_fallback: datetime | None


class Ledger:
    """One direction of a pair: counts what `creditor` could not take and `debtor` keeps."""

    def __init__(self, subject: str, debtor: Owing, creditor: str) -> None:
        self._subject = subject
        self._debtor = debtor
        self._creditor = creditor
        self._fallbacks = 0
        self._last: datetime | None = None

    def note(self, event: RoomEvent, reason: Exception) -> None:
        self._fallbacks += 1
        self._last = datetime.now(UTC)
        _log.warning(
            "a store is owed a change",
            subject=self._subject,
            creditor=self._creditor,
            debtor=self._debtor.name,
            event_id=event.cursor,
            reason=str(reason),
        )

    async def report(self, seconds: float) -> OwedReport:
        """Answers within so many seconds, whatever the store does."""
        try:
            debts = await self._debtor.ask(self._debtor.store.debts(), seconds)
        except Unavailable:
            debts = None
        return OwedReport(self._subject, self._debtor.name, self._creditor, debts, self._fallbacks, self._last)

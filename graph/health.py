"""Whether the process runs, whether it can serve, and how each store is. Shape of `/health`: document 003."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from datasources.errors import Unavailable
from datasources.layers.handoff import Handoff, OwedReport
from datasources.stores import Store

PING_SECONDS: Final = 2.5
OWED_TOO_LONG: Final = timedelta(minutes=1)
_MESSAGES: Final = {
    "healthy": "All databases operational",
    "degraded": "Some databases are unavailable; what does not need them goes on",
    "behind": "All databases are available, and one is owed what it did not take",
    "unhealthy": "No database is available",
}


@dataclass(frozen=True, slots=True)
class Health:
    """`/livez`, `/readyz`, `/health` and `/api/health` over the stores in use."""

    stores: Sequence[Store]
    handoffs: Sequence[Handoff] = ()
    worker: int | None = None
    """The number of this process among the workers of one server."""

    def routes(self) -> list[Route]:
        return [
            Route("/livez", self.live),
            Route("/readyz", self.ready),
            Route("/health", self.report),
            Route("/api/health", self.report),
        ]

    async def live(self, _: Request) -> Response:
        return _json({"status": "alive"} | ({} if self.worker is None else {"worker": self.worker}), HTTPStatus.OK)

    async def ready(self, _: Request) -> Response:
        """Ready as soon as one store answers: a process that can serve something should be sent requests."""
        status = _status([answered for answered, _ in await self._pings()])
        return _json({"status": status}, _http_status(status))

    async def report(self, _: Request) -> Response:
        """Within three seconds, whatever the stores do."""
        pings, reports = await asyncio.gather(self._pings(), self._owed())
        now = datetime.now(UTC)
        status = _status([answered for answered, _ in pings])
        is_behind = status == "healthy" and any(_is_behind(report, now) for report in reports)
        named = list(zip((store.name for store in self.stores), pings, strict=True))
        return _json(
            {
                "status": "degraded" if is_behind else status,
                "databases": {name: answered for name, (answered, _) in named}
                | {"timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")},
                "message": _MESSAGES["behind" if is_behind else status],
                "stores": {
                    name: {"available": answered, "latencyMs": latency}
                    | _owed([report for report in reports if report.creditor == name], now)
                    for name, (answered, latency) in named
                },
            },
            _http_status(status),
        )

    async def _owed(self) -> list[OwedReport]:
        reports = await asyncio.gather(*(handoff.report() for handoff in self.handoffs))
        return [report for of_pair in reports for report in of_pair]

    async def _pings(self) -> list[tuple[bool, float | None]]:
        return await asyncio.gather(*(_ping(store) for store in self.stores))


async def _ping(store: Store) -> tuple[bool, float | None]:
    """Whether it answers, and after how many milliseconds."""
    began = perf_counter()
    try:
        async with asyncio.timeout(PING_SECONDS):
            await store.ping()
    except (Unavailable, TimeoutError):
        return False, None
    return True, round((perf_counter() - began) * 1_000, 2)


def _owed(reports: Sequence[OwedReport], now: datetime) -> dict[str, Any]:
    """What a store is owed by others; null where one of those does not answer. `fallbacks` are this process's own."""
    if not reports:
        return {}
    known = [report.debts for report in reports if report.debts is not None]
    oldest = min((debts.oldest for debts in known if debts.oldest is not None), default=None)
    last = max((report.last_fallback for report in reports if report.last_fallback is not None), default=None)
    all_known = len(known) == len(reports)
    return {
        "owed": sum(debts.owed for debts in known) if all_known else None,
        "oldestOwedSeconds": None if oldest is None else round((now - oldest).total_seconds(), 1),
        "deadLetters": sum(debts.dead for debts in known) if all_known else None,
        "fallbacks": sum(report.fallbacks for report in reports),
        "lastFallback": None if last is None else last.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "owedBy": [_owed_by(report) for report in reports],
    }


def _owed_by(report: OwedReport) -> dict[str, Any]:
    debts = report.debts
    return {"store": report.debtor, "what": report.subject, "owed": None if debts is None else debts.owed}


def _is_behind(report: OwedReport, now: datetime) -> bool:
    """Whether something was refused for good, or is owed for longer than a sweep takes."""
    debts = report.debts
    if debts is None:
        return False
    return debts.dead > 0 or (debts.oldest is not None and now - debts.oldest > OWED_TOO_LONG)


def _status(answered: Sequence[bool]) -> str:
    if all(answered):
        return "healthy"
    return "degraded" if any(answered) else "unhealthy"


def _http_status(status: str) -> HTTPStatus:
    return HTTPStatus.SERVICE_UNAVAILABLE if status == "unhealthy" else HTTPStatus.OK


def _json(body: Any, status: HTTPStatus) -> Response:
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, "application/json")

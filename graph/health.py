"""Whether the process runs, whether it can serve, and how each store is. Shape of `/health`: document 003."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from datasources.errors import Unavailable
from datasources.stores import Store

PING_SECONDS: Final = 2.5
_MESSAGES: Final = {
    "healthy": "All databases operational",
    "degraded": "Some databases are unavailable; what does not need them goes on",
    "unhealthy": "No database is available",
}


@dataclass(frozen=True, slots=True)
class Health:
    """`/livez`, `/readyz`, `/health` and `/api/health` over the stores in use."""

    stores: Sequence[Store]
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
        pings = await self._pings()
        status = _status([answered for answered, _ in pings])
        named = list(zip((store.name for store in self.stores), pings, strict=True))
        return _json(
            {
                "status": status,
                "databases": {name: answered for name, (answered, _) in named}
                | {"timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")},
                "message": _MESSAGES[status],
                "stores": {name: {"available": answered, "latencyMs": latency} for name, (answered, latency) in named},
            },
            _http_status(status),
        )

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


def _status(answered: Sequence[bool]) -> str:
    if all(answered):
        return "healthy"
    return "degraded" if any(answered) else "unhealthy"


def _http_status(status: str) -> HTTPStatus:
    return HTTPStatus.SERVICE_UNAVAILABLE if status == "unhealthy" else HTTPStatus.OK


def _json(body: Any, status: HTTPStatus) -> Response:
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, "application/json")

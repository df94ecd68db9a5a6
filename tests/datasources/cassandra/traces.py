"""What the store sent, and what the server did for it, as it says itself."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cassandra.query import BatchStatement, BatchType

from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.layers.round_trips import RoundTrips, round_trips

_TRACE_SECONDS: Final = 30.0


async def trips_of(call: Awaitable[Any]) -> dict[str, dict[str, int]]:
    """The waves and statements that this call cost."""
    trips = RoundTrips()
    token = round_trips.set(trips)
    try:
        await call
    finally:
        round_trips.reset(token)
    return trips.report()


@dataclass(frozen=True, slots=True)
class Trace:
    parameters: dict[str, str]
    steps: Sequence[str]

    def count(self, step: str) -> int:
        return sum(step in each for each in self.steps)


async def traced(cluster: CassandraCluster, writes: Sequence[tuple[Statement, tuple[Any, ...]]]) -> Trace:
    """Executes these as the cluster does: one alone, several as one batch."""
    query = cluster._bound(*writes[0])
    if len(writes) > 1:
        query = BatchStatement(BatchType.UNLOGGED)
        for statement, values in writes:
            query.add(cluster._bound(statement, values))
    return await asyncio.to_thread(_traced, cluster._linked().session, query)


def _traced(session: Any, query: Any) -> Trace:
    trace = session.execute(query, trace=True, timeout=_TRACE_SECONDS).get_query_trace(_TRACE_SECONDS)
    return Trace(dict(trace.parameters), [event.description for event in trace.events])

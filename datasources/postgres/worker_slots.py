"""The worker ids of Snowflakes, but that of imports, as slots that processes lease. Source: consistency.md.

A slot belongs to a holder (a data directory's file) in one incarnation (a run of a process) until a day after it was
last renewed, or until it is given back. All times are PostgreSQL's own, so no other clock can shorten a lease.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from datasources.postgres.database import PostgresDatabase, Row
from datasources.snowflakes import IMPORT_WORKER

LEASE_MS: Final = 86_400_000

_ANSWER: Final = """
    RETURNING worker, last_used_ms, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms
"""
# The slot that was used the longest ago, so that one that was just given back has time to fall behind every clock;
# before all others one that this holder leased when the answer was lost on its way.
_LEASE: Final = f"""
    UPDATE worker_slots SET holder = $1, incarnation = $2, renewed_at = clock_timestamp()
    WHERE worker = (
        SELECT worker FROM worker_slots
        WHERE (holder = $1 OR holder IS NULL OR renewed_at < clock_timestamp() - interval '1 day')
        AND worker <> {IMPORT_WORKER}
        ORDER BY holder IS NOT DISTINCT FROM $1 DESC, last_used_ms, worker LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    {_ANSWER}
"""  # noqa: S608 - only constants are put together
_TAKE_AGAIN: Final = f"""
    UPDATE worker_slots SET incarnation = $3, renewed_at = clock_timestamp()
    WHERE worker = $1 AND holder = $2
    {_ANSWER}
"""  # noqa: S608 - only constants are put together
_RENEW: Final = f"""
    UPDATE worker_slots SET renewed_at = clock_timestamp(), last_used_ms = greatest(last_used_ms, $3)
    WHERE worker = $1 AND incarnation = $2
    {_ANSWER}
"""  # noqa: S608 - only constants are put together
_RELEASE: Final = """
    UPDATE worker_slots SET holder = NULL, incarnation = NULL, last_used_ms = greatest(last_used_ms, $3)
    WHERE worker = $1 AND incarnation = $2
"""


@dataclass(frozen=True, slots=True)
class LeasedSlot:
    """A worker id, when it was last used, and PostgreSQL's time; both as Unix times in milliseconds."""

    worker: int
    last_used_ms: int
    now_ms: int


class WorkerSlots:
    """The table of slots. Every method may raise `Unavailable`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def lease(self, holder: UUID, incarnation: UUID) -> LeasedSlot | None:
        """A slot that nobody holds; None where all are leased."""
        return await self._slot(_LEASE, holder, incarnation)

    async def take_again(self, worker: int, holder: UUID, incarnation: UUID) -> LeasedSlot | None:
        """The slot that this holder had before; None where it was given to another."""
        return await self._slot(_TAKE_AGAIN, worker, holder, incarnation)

    async def renew(self, worker: int, incarnation: UUID, last_used_ms: int) -> LeasedSlot | None:
        """The same slot for another day; None where it belongs to another holder or a later incarnation."""
        return await self._slot(_RENEW, worker, incarnation, last_used_ms)

    async def release(self, worker: int, incarnation: UUID, last_used_ms: int) -> None:
        """Gives a slot back; the next holder begins after `last_used_ms`."""
        await self._database.execute(_RELEASE, worker, incarnation, last_used_ms)

    async def _slot(self, statement: str, *arguments: object) -> LeasedSlot | None:
        row: Row | None = await self._database.fetchrow(statement, *arguments)
        return None if row is None else LeasedSlot(*row)

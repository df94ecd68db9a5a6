"""Sessions: a durable row in PostgreSQL, and Redis before it, which holds nothing that may not be lost.

A revocation is durable first, with a mark that the cache is owed its end; the mark is cleared once the cache knows. The
cache is believed only while its server's run (one life of the process at the other end) is known to be rid of
everything that ended within the hour: a server that comes back with older data, or another in its place, is a new run.
Without the cache sessions work from the rows; without the rows those that are cached go on. Source: consistency.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final, Protocol

import structlog

from datasources.errors import Unavailable
from datasources.layers.periodic import Periodic
from datasources.records.ids import SessionId, UserId
from datasources.records.users import Session

LIFETIME: Final = timedelta(hours=1)
CARRY_AFTER: Final = timedelta(minutes=3)
KEEP_ENDED: Final = timedelta(days=30)
SWEEP_SECONDS: Final = 1.0

_CHUNK: Final = 500
_MAXIMUM_CARRIED: Final = 10_000
_CLOCKS: Final = timedelta(minutes=1)

_log: Any = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that has ended, by its id and by what the cache knows it under."""

    id: SessionId
    token_digest: str
    was_live: bool = True


@dataclass(frozen=True, slots=True)
class CachedSession:
    """What the cache knows: a session, or None for one that ended. `carry`: its row is to be told of this use."""

    session: Session | None
    carry: bool = False


class CachedUse(Enum):
    """What the cache knows of a session that is in use."""

    UNKNOWN = "nothing"
    ENDED = "it has ended"
    LIVE = "it is live"
    CARRY = "it is live, and its row is to be told of this use"


class SessionRows(Protocol):
    async def create(self, session: Session, *, user_agent: str | None) -> None:
        """Adds a row."""

    async def by_digest(self, token_digest: str, used_since: datetime) -> Session | None:
        """The session that has not ended and was used since then."""

    async def last_uses(self, ids: Sequence[SessionId], used_since: datetime) -> dict[SessionId, datetime]:
        """When those of these sessions were last used that have not ended and were used since then."""

    async def owed(self, limit: int) -> list[EndedSession]:
        """Sessions that ended and that the cache may still hold."""

    async def revoked_since(self, at: datetime) -> list[str]:
        """The token digests of the sessions that ended since then."""

    async def touch(self, uses: Sequence[tuple[SessionId, datetime]]) -> None:
        """Notes when sessions were last used."""

    async def revoke(self, session_id: SessionId, at: datetime) -> EndedSession | None:
        """Ends a session and marks the cache's debt; None where it had ended."""

    async def revoke_all(self, user_id: UserId, at: datetime, used_since: datetime) -> list[EndedSession]:
        """Ends all sessions of a person; those used since then were live."""

    async def settle(self, ids: Sequence[SessionId]) -> None:
        """Clears the marks of sessions that the cache has been told of."""

    async def delete_unused(self, since: datetime, limit: int) -> int:
        """Deletes rows that have not been used since then; answers how many."""


class SessionCache(Protocol):
    @property
    def run(self) -> str | None:
        """Names the life of the server that the newest answer came from."""

    async def put(self, session: Session, *, carried_at: datetime, lifetime: timedelta) -> None:
        """Keeps a session for this long, unless it ended."""

    async def find(
        self, token_digest: str, at: datetime, *, lifetime: timedelta, carry_after: timedelta
    ) -> CachedSession | None:
        """The session, kept for another lifetime; None where nothing is known of it."""

    async def find_live(
        self, token_digests: Sequence[str], at: datetime, *, lifetime: timedelta, carry_after: timedelta
    ) -> list[CachedUse]:
        """What is known of each session, those that are live kept for another lifetime."""

    async def end(self, token_digests: Sequence[str], *, lifetime: timedelta) -> None:
        """Forgets sessions, and keeps them from being put back for this long."""

    async def purged_run(self) -> str | None:
        """The run that was last rid of everything that had ended."""

    async def note_purged(self, run: str) -> None:
        """Notes that this run is rid of everything that had ended."""


def _now() -> datetime:
    return datetime.now(UTC)


class LayeredSessions:
    """Implements `SessionStore`. `start` begins the sweeping, which `stop` ends."""

    def __init__(self, rows: SessionRows, cache: SessionCache, *, clock: Callable[[], datetime] = _now) -> None:
        self._rows = rows
        self._cache = cache
        self._clock = clock
        self._purged: str | None = None
        self._used: dict[SessionId, datetime] = {}
        self._next_deletion = clock()
        self._sweeper = Periodic("sessions", SWEEP_SECONDS, self.sweep)

    async def start(self) -> None:
        self._sweeper.start()

    async def stop(self) -> None:
        await self._sweeper.stop()
        try:
            await self._carry()
        except Unavailable as away:
            _log.warning("last uses of sessions are lost", sessions=len(self._used), error=str(away))

    async def create(self, session: Session, *, user_agent: str | None) -> None:
        await self._rows.create(session, user_agent=user_agent)
        await self._put(session, carried_at=session.last_activity)

    async def by_digest(self, token_digest: str) -> Session | None:
        now = self._clock()
        found = await self._find(token_digest, now)
        if found is not None:
            if found.carry and found.session is not None:
                self._note_use(found.session.id, now)
            return found.session
        session = await self._rows.by_digest(token_digest, now - LIFETIME)
        if session is None:
            return None
        if now - session.last_activity >= CARRY_AFTER:
            self._note_use(session.id, now)
        used = replace(session, last_activity=now)
        await self._put(used, carried_at=session.last_activity)
        return used

    async def live(self, sessions: Sequence[tuple[SessionId, str]]) -> list[bool | Unavailable]:
        now = self._clock()
        cached = await self._find_live([token_digest for _, token_digest in sessions], now)
        unknown = [each[0] for each, use in zip(sessions, cached, strict=True) if use is CachedUse.UNKNOWN]
        uses: dict[SessionId, datetime] = {}
        away: Unavailable | None = None
        try:
            uses = await self._rows.last_uses(unknown, now - LIFETIME) if unknown else {}
        except Unavailable as outage:
            away = outage
        found: list[bool | Unavailable] = []
        for (session_id, _), use in zip(sessions, cached, strict=True):
            if use is not CachedUse.UNKNOWN:
                found.append(use is not CachedUse.ENDED)
            else:
                found.append(session_id in uses if away is None else away)
            last_use = uses.get(session_id)
            if use is CachedUse.CARRY or (last_use is not None and now - last_use >= CARRY_AFTER):
                self._note_use(session_id, now)
        return found

    async def revoke(self, session_id: SessionId) -> None:
        ended = await self._rows.revoke(session_id, self._clock())
        if ended is not None:
            await self._end([ended])

    async def revoke_all(self, user_id: UserId) -> list[SessionId]:
        now = self._clock()
        ended = await self._rows.revoke_all(user_id, now, now - LIFETIME)
        await self._end(ended)
        return [session.id for session in ended if session.was_live]

    async def sweep(self) -> None:
        """One round of what is owed: to the cache its ends, to the rows their last uses. One store's outage leaves the
        other's part to be done; raises it afterwards.
        """
        outages: list[Unavailable] = []
        for work in (self._purge, self._settle_owed, self._carry, self._delete_unused):
            try:
                await work()
            except Unavailable as away:
                outages.append(away)
        if outages:
            raise outages[0]

    def _is_trusted(self) -> bool:
        return self._purged is not None and self._purged == self._cache.run

    async def _find(self, token_digest: str, now: datetime) -> CachedSession | None:
        if not self._is_trusted():
            return None
        try:
            found = await self._cache.find(token_digest, now, lifetime=LIFETIME, carry_after=CARRY_AFTER)
        except Unavailable:
            return None
        if found is None or found.session is None:
            return found
        # The answer may have come from a run that began since.
        return found if self._is_trusted() else None

    async def _find_live(self, token_digests: Sequence[str], now: datetime) -> list[CachedUse]:
        unknown = [CachedUse.UNKNOWN] * len(token_digests)
        if not self._is_trusted():
            return unknown
        try:
            found = await self._cache.find_live(token_digests, now, lifetime=LIFETIME, carry_after=CARRY_AFTER)
        except Unavailable:
            return unknown
        # The answer may have come from a run that began since.
        return found if self._is_trusted() else unknown

    async def _put(self, session: Session, *, carried_at: datetime) -> None:
        if not self._is_trusted():
            return
        try:
            await self._cache.put(session, carried_at=carried_at, lifetime=LIFETIME)
        except Unavailable as away:
            _log.debug("a session is not cached", error=str(away))

    async def _end(self, ended: Sequence[EndedSession]) -> None:
        for start in range(0, len(ended), _CHUNK):
            some = ended[start : start + _CHUNK]
            try:
                await self._cache.end([session.token_digest for session in some], lifetime=LIFETIME)
                await self._rows.settle([session.id for session in some])
            except Unavailable as away:
                _log.warning("the cache is owed the end of sessions", sessions=len(ended) - start, error=str(away))
                return

    async def _purge(self) -> None:
        if self._is_trusted():
            return
        purged, run = await self._cache.purged_run(), self._cache.run
        if run is None:
            return
        if purged != run:
            ended = await self._rows.revoked_since(self._clock() - LIFETIME - _CLOCKS)
            for start in range(0, len(ended), _CHUNK):
                await self._cache.end(ended[start : start + _CHUNK], lifetime=LIFETIME)
            if self._cache.run != run:
                return
            await self._cache.note_purged(run)
        self._purged = run

    async def _settle_owed(self) -> None:
        while owed := await self._rows.owed(_CHUNK):
            await self._cache.end([session.token_digest for session in owed], lifetime=LIFETIME)
            await self._rows.settle([session.id for session in owed])

    def _note_use(self, session_id: SessionId, at: datetime) -> None:
        if len(self._used) < _MAXIMUM_CARRIED:
            self._used[session_id] = at

    async def _carry(self) -> None:
        used = list(self._used.items())
        if not used:
            return
        await self._rows.touch(used)
        for session_id, at in used:
            if self._used.get(session_id) == at:
                del self._used[session_id]

    async def _delete_unused(self) -> None:
        now = self._clock()
        if now < self._next_deletion:
            return
        if await self._rows.delete_unused(now - KEEP_ENDED, _CHUNK) < _CHUNK:
            self._next_deletion = now + LIFETIME

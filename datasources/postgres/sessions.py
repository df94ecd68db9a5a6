"""The durable rows of sessions. Source: document 002's session storage, consistency.md.

Whatever changes several rows locks them in the order of their ids, so that no two of these wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from datasources.layers.sessions import EndedSession
from datasources.postgres.database import PostgresDatabase, Row
from datasources.postgres.keys import global_id, uuid_of
from datasources.records.ids import SessionId, UserId
from datasources.records.users import Session

_CREATE: Final = """
    INSERT INTO sessions (id, token_digest, user_id, user_agent, created_at, last_activity)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
_BY_DIGEST: Final = """
    SELECT s.id, s.user_id, u.email, u.role, s.created_at, s.last_activity
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.token_digest = $1 AND s.revoked_at IS NULL AND s.last_activity > $2 AND u.is_active
"""
_LAST_USES: Final = """
    SELECT s.id, s.last_activity FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = ANY($1::uuid[]) AND s.revoked_at IS NULL AND s.last_activity > $2 AND u.is_active
"""
_OWED: Final = "SELECT id, token_digest, true FROM sessions WHERE cache_owed ORDER BY id LIMIT $1"
_REVOKED_SINCE: Final = "SELECT token_digest FROM sessions WHERE revoked_at > $1"
_TOUCH: Final = """
    WITH used AS (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)),
        locked AS (SELECT s.id FROM sessions s JOIN used USING (id) ORDER BY s.id FOR UPDATE OF s)
    UPDATE sessions s SET last_activity = greatest(s.last_activity, used.at)
    FROM used JOIN locked USING (id) WHERE s.id = used.id AND s.revoked_at IS NULL
"""
_REVOKE: Final = """
    UPDATE sessions SET revoked_at = $2, cache_owed = true WHERE id = $1 AND revoked_at IS NULL
    RETURNING id, token_digest, true
"""
_REVOKE_ALL: Final = """
    WITH locked AS (SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id FOR UPDATE)
    UPDATE sessions s SET revoked_at = $2, cache_owed = true
    FROM locked WHERE s.id = locked.id
    RETURNING s.id, s.token_digest, s.last_activity > $3
"""
_SETTLE: Final = """
    WITH locked AS (SELECT id FROM sessions WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE)
    UPDATE sessions s SET cache_owed = false FROM locked WHERE s.id = locked.id
"""
_DELETE_UNUSED: Final = """
    DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE last_activity < $1 AND NOT cache_owed
        ORDER BY last_activity LIMIT $2 FOR UPDATE SKIP LOCKED
    )
"""


class PostgresSessions:
    """Implements the `SessionRows` of `datasources/layers/sessions.py`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def create(self, session: Session, *, user_agent: str | None) -> None:
        await self._database.execute(
            _CREATE,
            uuid_of(session.id),
            session.token_digest,
            uuid_of(session.user_id),
            user_agent,
            session.created_at,
            session.last_activity,
        )

    async def by_digest(self, token_digest: str, used_since: datetime) -> Session | None:
        row = await self._database.fetchrow(_BY_DIGEST, token_digest, used_since)
        if row is None:
            return None
        key, user, email, role, created_at, last_activity = row
        return Session(
            SessionId(global_id("ses", key)),
            token_digest,
            UserId(global_id("usr", user)),
            email,
            role,
            created_at,
            last_activity,
        )

    async def last_uses(self, ids: Sequence[SessionId], used_since: datetime) -> dict[SessionId, datetime]:
        rows = await self._database.fetch(_LAST_USES, [uuid_of(session_id) for session_id in ids], used_since)
        return {SessionId(global_id("ses", key)): last_use for key, last_use in rows}

    async def owed(self, limit: int) -> list[EndedSession]:
        return _ended(await self._database.fetch(_OWED, limit))

    async def revoked_since(self, at: datetime) -> list[str]:
        return [row[0] for row in await self._database.fetch(_REVOKED_SINCE, at)]

    async def touch(self, uses: Sequence[tuple[SessionId, datetime]]) -> None:
        ids = [uuid_of(session_id) for session_id, _ in uses]
        await self._database.execute(_TOUCH, ids, [at for _, at in uses])

    async def revoke(self, session_id: SessionId, at: datetime) -> EndedSession | None:
        ended = _ended(await self._database.fetch(_REVOKE, uuid_of(session_id), at))
        return ended[0] if ended else None

    async def revoke_all(self, user_id: UserId, at: datetime, used_since: datetime) -> list[EndedSession]:
        return _ended(await self._database.fetch(_REVOKE_ALL, uuid_of(user_id), at, used_since))

    async def settle(self, ids: Sequence[SessionId]) -> None:
        await self._database.execute(_SETTLE, [uuid_of(session_id) for session_id in ids])

    async def delete_unused(self, since: datetime, limit: int) -> int:
        tag = await self._database.execute(_DELETE_UNUSED, since, limit)
        return int(tag.rpartition(" ")[2])


def _ended(rows: Sequence[Row]) -> list[EndedSession]:
    return [EndedSession(SessionId(global_id("ses", key)), digest, live) for key, digest, live in rows]

"""Idempotency keys of messages: which message a key stands for, for 24 hours."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from datasources.errors import Unavailable
from datasources.postgres.database import PostgresDatabase, Row
from datasources.postgres.keys import global_id, storable, uuid_of
from datasources.postgres.room_tables import RoomTables
from datasources.records.ids import room
from datasources.records.messages import SendClaim
from datasources.records.retention import CLAIMS_KEPT

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ATTEMPTS: Final = 5


class RoomClaims:
    """The claims of one set of tables."""

    def __init__(self, database: PostgresDatabase, tables: RoomTables, clock: Callable[[], int]) -> None:
        self._database = database
        self._prefix = tables.room_prefix
        self._clock = clock
        claims = tables.table("claims")
        standing = f"""
            SELECT room_id, snowflake, revision, input_digest FROM {claims}
            WHERE author_id = $1 AND key = $2 AND claimed_at >= $3
        """  # noqa: S608 - only names of tables are put together
        self._standing = standing
        self._claim = f"""
            WITH made AS (
                INSERT INTO {claims} AS stored
                    (author_id, key, room_id, snowflake, revision, input_digest, claimed_at)
                VALUES ($1, $2, $5, $6, $7, $8, $4)
                ON CONFLICT (author_id, key) DO UPDATE SET room_id = excluded.room_id, snowflake = excluded.snowflake,
                    revision = excluded.revision, input_digest = excluded.input_digest, claimed_at = excluded.claimed_at
                WHERE stored.claimed_at < $3
                RETURNING room_id, snowflake, revision, input_digest
            )
            SELECT * FROM made UNION ALL ({standing} AND NOT EXISTS (SELECT FROM made))
        """  # noqa: S608 - as above

    async def claim(self, claim: SendClaim) -> SendClaim:
        now = _EPOCH + timedelta(milliseconds=self._clock())
        for _ in range(_ATTEMPTS):
            row = await self._database.fetchrow(
                self._claim,
                uuid_of(claim.author_id),
                storable(claim.key),
                now - CLAIMS_KEPT,
                now,
                uuid_of(claim.room_id),
                claim.snowflake,
                claim.revision,
                claim.input_digest,
            )
            # None: another was made while this statement ran, and only the next one sees it.
            if row is not None:
                return self._given(claim, row)
        raise Unavailable(self._database.name, "claims of one key keep coming and going")

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        since = _EPOCH + timedelta(milliseconds=self._clock()) - CLAIMS_KEPT
        author, key = uuid_of(claim.author_id), storable(claim.key)
        row = await self._database.fetchrow(self._standing, author, key, since)
        return None if row is None else self._given(claim, row)

    def _given(self, claim: SendClaim, row: Row) -> SendClaim:
        room_id, snowflake, revision, input_digest = row
        return SendClaim(
            claim.author_id, claim.key, room(global_id(self._prefix, room_id)), snowflake, revision, input_digest
        )

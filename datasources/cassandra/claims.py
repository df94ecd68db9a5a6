"""Idempotency claims of channel messages. Source: consistency.md."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from datasources.cassandra.buckets import channel_key
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.records.ids import room
from datasources.records.messages import SendClaim

# Not applied twice: a repetition finds its own claim, which is the one that stands.
_CLAIM: Final = Statement(
    "INSERT INTO $keyspace.message_claims (author_id, key, channel_id, message_id, revision, input_digest)"
    " VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS",
    named=True,
)
# Serial: a claim that is being made at this moment is brought to its end first, so what is not found was not made.
CLAIMED: Final = Statement(
    "SELECT channel_id, message_id, revision, input_digest FROM $keyspace.message_claims"
    " WHERE author_id = ? AND key = ?",
    named=True,
    serial=True,
)


class Claims:
    """Each (author, key) is a partition of its own, and expires after 24 hours."""

    def __init__(self, cluster: CassandraCluster) -> None:
        self._cluster = cluster
        cluster.declare(_CLAIM, CLAIMED)

    async def claim(self, claim: SendClaim) -> SendClaim:
        (row,) = await self._cluster.execute(
            _CLAIM,
            UUID(hex=claim.author_id[4:]),
            claim.key,
            channel_key(claim.room_id),
            claim.snowflake,
            claim.revision,
            claim.input_digest,
        )
        return claim if row["[applied]"] else _standing(claim, row)

    async def claimed(self, claim: SendClaim) -> SendClaim | None:
        rows = await self._cluster.execute(CLAIMED, UUID(hex=claim.author_id[4:]), claim.key)
        return _standing(claim, rows[0]) if rows else None


def _standing(claim: SendClaim, row: Mapping[str, Any]) -> SendClaim:
    return SendClaim(
        author_id=claim.author_id,
        key=claim.key,
        room_id=room("chn_" + row["channel_id"].hex),
        snowflake=row["message_id"],
        revision=row["revision"],
        input_digest=row["input_digest"],
    )
